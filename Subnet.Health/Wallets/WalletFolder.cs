using System.Buffers;
using Subnet.Crypto.Identity;

namespace Subnet.Health.Wallets;

/// <summary>
/// The wallets of a home: <c>wallets/NAME/coldkey.json</c> and <c>wallets/NAME/hotkeys/HOTKEY.json</c>, encrypted keystore files that only their owner may read. A file
/// is written whole or not at all, and never over another one.
/// </summary>
internal sealed class WalletFolder(string home)
{
    private const int MaxNameLength = 64;

    private static readonly SearchValues<char> NameLetters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    private readonly string root = Path.Combine(home, "wallets");

    /// <summary>Whether a wallet or hotkey may have this name: letters, digits, '-' and '_', at most 64, so that it cannot leave its folder.</summary>
    public static bool IsName(string? name) => name is { Length: > 0 and <= MaxNameLength } && !name.AsSpan().ContainsAnyExcept(NameLetters);

    /// <summary>The wallets, by name.</summary>
    public IEnumerable<string> Names() => Directory.Exists(root)
        ? Directory.EnumerateDirectories(root).Select(path => Path.GetFileName(path)).Where(IsName).Order(StringComparer.Ordinal)
        : [];

    /// <summary>The hotkeys of a wallet, by name.</summary>
    public IEnumerable<string> Hotkeys(string wallet)
    {
        string folder = Path.Combine(root, wallet, "hotkeys");
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).Where(IsName).Order(StringComparer.Ordinal)
            : [];
    }

    /// <summary>The file of a wallet's coldkey (<paramref name="hotkey"/> null) or of one of its hotkeys.</summary>
    public string FileOf(string wallet, string? hotkey) => hotkey is null
        ? Path.Combine(root, wallet, "coldkey.json")
        : Path.Combine(root, wallet, "hotkeys", hotkey + ".json");

    /// <summary>The bytes of a keystore file; at most one more than a keystore file may have.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public byte[] Read(string wallet, string? hotkey)
    {
        using FileStream stream = File.OpenRead(FileOf(wallet, hotkey));
        byte[] bytes = new byte[KeystoreFile.MaxByteCount + 1];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    /// <summary>Writes a new keystore file.</summary>
    /// <exception cref="IOException">It exists already, or cannot be written; then nothing is left of it.</exception>
    public void Write(string wallet, string? hotkey, ReadOnlySpan<byte> keystore)
    {
        string file = FileOf(wallet, hotkey);
        CreateFolder(Path.GetDirectoryName(file)!);
        string temporary = file + ".new";
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (FileStream stream = new(temporary, options))
            {
                stream.Write(keystore);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, file, overwrite: false);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
