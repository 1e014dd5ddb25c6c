using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace MlNetOracle;

/// <summary>Packs case folders into one compressed tar, in which equal tables are stored once and linked.</summary>
internal static class CaseArchive
{
    private const string Notice =
        """
        # Cases of ML.NET 5.0.1

        Every model and answer here was made by Subnet.Tests/Interop/mlnet-oracle/oracle.cs with Microsoft.ML, Microsoft.ML.FastTree and
        Microsoft.ML.LightGbm 5.0.1, Copyright (c) .NET Foundation and Contributors, MIT licence, from made-up rows. Nothing of those packages
        is in it. The schema is that of the outside vectors: model.zip as ML.NET saved it, input.csv, expected.csv and features.csv as the
        model read back from that file answered, about.json.

        """;

    /// <summary>Packs every case below a folder, in the order of their names. Dates and owners are left out.</summary>
    public static void Write(string root, string archive)
    {
        using FileStream file = File.Create(archive);
        using var packed = new GZipStream(file, CompressionLevel.SmallestSize);
        using var tar = new TarWriter(packed, TarEntryFormat.Ustar);
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "README.md") { ModificationTime = DateTimeOffset.UnixEpoch, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(Notice)) });
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(root, path).Replace('\\', '/');
            string? same = null;
            if (Path.GetFileName(path) == "input.csv" && !first.TryAdd(File.ReadAllText(path), name))
            {
                same = first[File.ReadAllText(path)];
            }

            var entry = new UstarTarEntry(same is null ? TarEntryType.RegularFile : TarEntryType.HardLink, name) { ModificationTime = DateTimeOffset.UnixEpoch };
            if (same is null)
            {
                entry.DataStream = new MemoryStream(File.ReadAllBytes(path));
            }
            else
            {
                entry.LinkName = same;
            }

            tar.WriteEntry(entry);
        }
    }
}
