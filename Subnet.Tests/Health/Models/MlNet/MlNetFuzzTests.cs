using System.IO.Compression;
using Subnet.Health.Models;
using Subnet.Health.Models.MlNet;
using Subnet.Health.Models.Rows;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Models.MlNet;

/// <summary>
/// Damaged archives: only the reader's own error comes out, in bounded memory; and what is accepted can be evaluated without
/// another exception, which is where an unchecked index or cycle would show.
/// </summary>
[TestFixture]
internal sealed class MlNetFuzzTests
{
    private const long MostBytes = 64L << 20;

    private static readonly string[] Cases =
    [
        "heart-fasttree-small", "wbc-lightgbm", "heart-gam", "db130-keys-bag", "db130-onehot-cdf-sparse", "heart-binning-lbfgs",
        "derm-ova-lbfgs", "derm-naivebayes", "wdbc-kmeans", "heart-types-loader", "wdbc-ap-isotonic", "wdbc-ap-naive",
        "thyroid-sdca-maxent-vector", "heart-indicator-lbfgs", "nmes-fastforest", "db130-hash-lbfgs", "wdbc-lpnorm-lbfgs",
    ];

    [TestCaseSource(nameof(Cases))]
    public void A_component_with_changed_bytes_is_refused_or_still_evaluates(string name)
    {
        Dictionary<string, byte[]> entries = Unpack(name);
        string[] inner = [.. entries.Keys.Where(key => !key.EndsWith(".txt", StringComparison.Ordinal))];
        var random = new Random(name.Length);
        string[] lines = File.ReadAllLines(SharedFolder.Require("vectors", "mlnet", name, "input.csv"));
        int refused = 0;
        const int Trials = 120;
        for (int trial = 0; trial < Trials; trial++)
        {
            string entry = inner[random.Next(inner.Length)];
            byte[] original = entries[entry];
            entries[entry] = Mutate(random, original);
            refused += Survives(Pack(entries), lines) ? 0 : 1;
            entries[entry] = original;
        }

        Assert.That(refused, Is.GreaterThan(Trials / 4), "most changes must be noticed");
    }

    [Test]
    public void An_archive_with_changed_bytes_is_refused_or_unchanged_in_meaning()
    {
        byte[] original = File.ReadAllBytes(SharedFolder.Require("vectors", "mlnet", "heart-lbfgs-minmax", "model.zip"));
        string[] lines = File.ReadAllLines(SharedFolder.Require("vectors", "mlnet", "heart-lbfgs-minmax", "input.csv"));
        var random = new Random(5);
        for (int trial = 0; trial < 400; trial++)
        {
            Survives(Mutate(random, original), lines);
        }

        for (int length = 0; length < original.Length; length += 97)
        {
            Assert.That(Survives(original[..length], lines), Is.False, $"cut at {length}");
        }
    }

    [Test]
    public void An_entry_that_inflates_to_hundreds_of_megabytes_is_refused_in_little_memory()
    {
        Dictionary<string, byte[]> entries = Unpack("heart-lbfgs-minmax");
        string used = "TransformerChain/Model.key";
        byte[] bomb = Pack(entries, used, 256 << 20);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => ReadModel(bomb), Throws.InstanceOf<ModelFormatException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MostBytes));
    }

    [Test]
    public void A_directory_that_lies_about_an_entry_s_size_does_not_help_a_bomb()
    {
        Dictionary<string, byte[]> entries = Unpack("heart-lbfgs-minmax");
        byte[] bomb = Pack(entries, "TransformerChain/Model.key", 64 << 20);
        byte[] size = BitConverter.GetBytes(64 << 20);
        for (int i = bomb.AsSpan().IndexOf(size); i >= 0; i = bomb.AsSpan().IndexOf(size))
        {
            BitConverter.GetBytes(500).CopyTo(bomb, i);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => ReadModel(bomb), Throws.InstanceOf<ModelFormatException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MostBytes));
    }

    private static bool Survives(byte[] archive, string[] lines)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        IPlainModel model;
        try
        {
            model = ReadModel(archive);
        }
        catch (ModelFormatException fault)
        {
            Assert.That(fault.Message, Does.EndWith(".").And.Not.Contains("\n"));
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MostBytes));
            return false;
        }

        try
        {
            model.Predict(RowFileReader.Read(new StringReader(string.Join('\n', lines[..4]) + "\n"), model.Schema));
        }
        catch (RowFormatException)
        {
            // A changed name or type of an input column is for the rows to complain about.
        }

        return true;
    }

    private static IPlainModel ReadModel(byte[] archive) => MlNetModelReader.Read("model.zip", new MemoryStream(archive));

    private static byte[] Mutate(Random random, byte[] original)
    {
        byte[] changed = [.. original];
        switch (random.Next(5))
        {
            case 0:
                return changed[..random.Next(changed.Length)];
            case 1:
                int at = random.Next(Math.Max(1, changed.Length - 4));
                ReadOnlySpan<int> extremes = [int.MaxValue, int.MinValue, -1, 0, 1, 0x7F7F7F7F, 65536];
                BitConverter.GetBytes(extremes[random.Next(extremes.Length)]).AsSpan(0, Math.Min(4, changed.Length - at)).CopyTo(changed.AsSpan(at));
                return changed;
            case 2:
                int from = random.Next(changed.Length);
                int count = random.Next(Math.Min(32, changed.Length - from) + 1);
                return [.. changed[..from], .. changed[(from + count)..]];
            default:
                for (int i = random.Next(1, 4); i > 0; i--)
                {
                    changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
                }

                return changed;
        }
    }

    private static Dictionary<string, byte[]> Unpack(string name)
    {
        using ZipArchive zip = ZipFile.OpenRead(SharedFolder.Require("vectors", "mlnet", name, "model.zip"));
        var entries = new Dictionary<string, byte[]>();
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            using Stream stream = entry.Open();
            using var content = new MemoryStream();
            stream.CopyTo(content);
            entries[entry.FullName] = content.ToArray();
        }

        return entries;
    }

    private static byte[] Pack(Dictionary<string, byte[]> entries, string? bomb = null, int bombBytes = 0)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in entries)
            {
                using Stream stream = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
                stream.Write(content);
                if (name == bomb)
                {
                    byte[] zeros = new byte[1 << 20];
                    for (int written = content.Length; written < bombBytes; written += zeros.Length)
                    {
                        stream.Write(zeros.AsSpan(0, Math.Min(zeros.Length, bombBytes - written)));
                    }
                }
            }
        }

        return packed.ToArray();
    }
}
