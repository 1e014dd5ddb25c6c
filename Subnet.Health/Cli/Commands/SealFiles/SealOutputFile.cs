using Subnet.Health.Cli.Errors;

namespace Subnet.Health.Cli.Commands.SealFiles;

/// <summary>Writes a new file whole or not at all.</summary>
internal static class SealOutputFile
{
    /// <summary>Writes the file.</summary>
    /// <param name="path">A path where nothing is.</param>
    /// <param name="bytes">The content.</param>
    /// <param name="isSecret">Whether only the owner may read it.</param>
    /// <exception cref="CommandException">Something is there already.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes, bool isSecret = false)
    {
        CheckAbsent(path);
        string temporary = path + ".new";
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (isSecret && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using (FileStream stream = new(temporary, options))
            {
                stream.Write(bytes);
            }

            File.Move(temporary, path, overwrite: false);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Refuses a path where something is.</summary>
    public static void CheckAbsent(string path)
    {
        if (Path.Exists(path))
        {
            throw new CommandException(ErrorCodes.FileExists, $"'{path}' exists already.", "Choose another name or remove it.");
        }
    }
}
