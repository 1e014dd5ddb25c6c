using System.Security.Cryptography;

namespace Subnet.Health.Review.Tracing;

/// <summary>
/// Finds a model card by its hash among the small JSON files below some folders. The hash is of the card's bytes, so a file's name and place do not
/// matter; what does not hash to it is not the card.
/// </summary>
internal sealed class CardFinder(IEnumerable<string> folders)
{
    private const long LargestCard = 4 << 20;
    private const int MostFiles = 10_000;

    /// <summary>The card's bytes, or null where no file is it.</summary>
    public byte[]? Find(string hash)
    {
        foreach (string path in folders.SelectMany(Files).Take(MostFiles))
        {
            if (new FileInfo(path).Length > LargestCard)
            {
                continue;
            }

            byte[] bytes = File.ReadAllBytes(path);
            if (Convert.ToHexStringLower(SHA256.HashData(bytes)) == hash)
            {
                return bytes;
            }
        }

        return null;
    }

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(
        folder, "*.json", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 6 });
}
