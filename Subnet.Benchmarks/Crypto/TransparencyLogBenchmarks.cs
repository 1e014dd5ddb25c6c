using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Benchmarks.Crypto;

/// <summary>
/// Appending to a log on this machine's disk: entries of 1 kB in full batches, and a lone one beside the fsync it waits for; an inclusion
/// proof from tiles. The batch run is per entry.
/// </summary>
[MemoryDiagnoser]
[MinIterationCount(5)]
[MaxIterationCount(12)]
public class TransparencyLogBenchmarks
{
    private const int Entries = 4096;

    private readonly string folder = Directory.CreateTempSubdirectory("log").FullName;
    private readonly SigningKey key = SigningKey.FromSeed(new byte[SigningKey.SeedByteCount]);
    private PhysicalLogFiles files = null!;
    private TransparencyLog log = null!;
    private long next;

    [GlobalSetup]
    public void Open()
    {
        files = new PhysicalLogFiles(folder);
        log = TransparencyLog.Open(
            files,
            new TransparencyLogOptions
            {
                Signers = [new NoteSigner("audit.example/benchmark", SignatureType.Ed25519, key)],
                Identity = entry => BinaryPrimitives.ReadUInt128BigEndian(entry.Span),
            },
            TimeProvider.System);
        AppendBatches().GetAwaiter().GetResult();
    }

    [GlobalCleanup]
    public async Task Close()
    {
        await log.DisposeAsync();
        files.Dispose();
        key.Dispose();
        Directory.Delete(folder, true);
    }

    [Benchmark(OperationsPerInvoke = Entries)]
    public Task AppendBatches()
    {
        Task[] answers = new Task[Entries];
        for (int i = 0; i < Entries; i++)
        {
            answers[i] = log.AppendAsync(NextEntry());
        }

        return Task.WhenAll(answers);
    }

    [Benchmark]
    public Task AppendLone() => log.AppendAsync(NextEntry());

    [Benchmark]
    public void FsyncOfTheDisk()
    {
        files.Append("fsync", new byte[1024]);
        files.Sync("fsync");
    }

    [Benchmark]
    public int InclusionProofFromTiles()
    {
        TileTree tree = log.Tree();
        return InclusionProof.Build(tree, tree.Size / 3, tree.Size).Length;
    }

    private byte[] NextEntry()
    {
        byte[] entry = new byte[1024];
        BinaryPrimitives.WriteInt64BigEndian(entry, next * unchecked((long)0x9E3779B97F4A7C15));
        BinaryPrimitives.WriteInt64BigEndian(entry.AsSpan(8), next++);
        return entry;
    }
}
