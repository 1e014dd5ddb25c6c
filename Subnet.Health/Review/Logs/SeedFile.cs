using System.Security.Cryptography;
using Subnet.Crypto.Identity;

namespace Subnet.Health.Review.Logs;

/// <summary>A key of its own for a witness or reviewer: a file with the 32-byte seed in hexadecimal that only its owner may read.</summary>
internal static class SeedFile
{
    /// <summary>Reads the key, made where there is no file yet.</summary>
    /// <exception cref="FormatException">The file does not hold a seed.</exception>
    /// <exception cref="IOException">The file cannot be read or made.</exception>
    public static SigningKey ReadOrCreate(string path)
    {
        if (!File.Exists(path))
        {
            Create(path);
        }

        byte[] seed = [];
        try
        {
            seed = Convert.FromHexString(File.ReadAllText(path).Trim());
            return SigningKey.FromSeed(seed);
        }
        catch (ArgumentException wrong)
        {
            throw new FormatException("a seed has 64 hexadecimal digits", wrong);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    private static void Create(string path)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        byte[] seed = RandomNumberGenerator.GetBytes(SigningKey.SeedByteCount);
        using StreamWriter writer = new(path, options);
        writer.WriteLine(Convert.ToHexStringLower(seed));
        CryptographicOperations.ZeroMemory(seed);
    }
}
