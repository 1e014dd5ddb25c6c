using System.Diagnostics;
using System.Globalization;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Tiles;
using Subnet.Tests.Support;

namespace Subnet.Tests.Crypto.Transparency.Storage;

[TestFixture]
internal sealed class KillLoopTests
{
    private const int Rounds = 8;

    [Test]
    public async Task Writer_killed_at_any_moment_loses_no_answered_entry_and_writes_none_twice()
    {
        string folder = Directory.CreateTempSubdirectory("kill").FullName;
        try
        {
            Random random = new(5);
            long answered = -1;
            for (int round = 0; round < Rounds; round++)
            {
                answered = Math.Max(answered, await WriteAndKillAsync(folder, lines: random.Next(1, 30)));
            }

            Check(folder, answered);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    /// <summary>Starts a writer, kills it (SIGKILL) after it has answered some times, and returns the last index it had printed.</summary>
    private static async Task<long> WriteAndKillAsync(string folder, int lines)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Subnet.Tests.dll");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [program, "write-log", folder]) { RedirectStandardOutput = true })!;
        long answered = -1;
        for (int i = 0; i < lines; i++)
        {
            string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Long);
            answered = long.Parse(line ?? throw new InvalidOperationException("the writer ended by itself"), CultureInfo.InvariantCulture);
        }

        process.Kill();
        string rest = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        foreach (string line in rest.Split('\n').SkipLast(1))
        {
            answered = long.Parse(line, CultureInfo.InvariantCulture);
        }

        return answered;
    }

    private static void Check(string folder, long answered)
    {
        PhysicalLogFiles files = new(folder);
        using LogStore store = LogStore.Open(files);
        using SigningKey key = SigningKey.FromSeed(new byte[SigningKey.SeedByteCount]);
        _ = new CheckpointPublisher(files, store, new TransparencyLogOptions { Signers = [new NoteSigner("audit.example/clinic-7", SignatureType.Ed25519, key)] }, TimeProvider.System);
        Assert.That(store.CommittedSize, Is.GreaterThan(answered).And.GreaterThan(40));
        MemoryTree tree = new();
        FileTileSource source = new(files);
        foreach (TileId bundle in TileLayout.EntryBundles(store.CommittedSize))
        {
            foreach (ReadOnlyMemory<byte> entry in EntryBundle.ParsePrefix(source.Read(bundle)!, bundle.Width))
            {
                Assert.That(entry.Span.SequenceEqual(TestProgram.Entry(tree.Size)), $"entry {tree.Size}");
                tree.Append(TreeHash.OfLeaf(entry.Span));
            }
        }

        Assert.That(tree.Size, Is.EqualTo(store.CommittedSize));
        Assert.That(MerkleTree.Root(store.Tree(), tree.Size), Is.EqualTo(MerkleTree.Root(tree, tree.Size)));
    }
}
