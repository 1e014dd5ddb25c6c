using System.Formats.Tar;
using System.IO.Compression;

namespace Subnet.Tests.Support;

/// <summary>Known answers that an outside system gave, committed as one archive beside their test.</summary>
internal static class CaseArchive
{
    /// <summary>Unpacks an archive (tar, gzip) into an empty folder.</summary>
    /// <param name="path">Its path below <c>Subnet.Tests</c>.</param>
    /// <param name="folder">Where its folders go.</param>
    public static void Unpack(string path, string folder)
    {
        using FileStream file = File.OpenRead(Path.Combine(RepositoryFolder.Find(), "Subnet.Tests", path));
        using GZipStream tar = new(file, CompressionMode.Decompress);
        TarFile.ExtractToDirectory(tar, folder, overwriteFiles: false);
    }
}
