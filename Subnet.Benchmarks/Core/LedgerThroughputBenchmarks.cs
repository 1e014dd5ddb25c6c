using BenchmarkDotNet.Attributes;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Crypto.Identity;
using Subnet.Health.Node;
using Subnet.Tests.Support;

namespace Subnet.Benchmarks.Core;

/// <summary>
/// Two transfers to each stake call that goes through a pool: executed, hashed and flushed to the disk as one block; and the Ed25519 checks of
/// as many transactions on all cores. Time for each transaction.
/// </summary>
[Config(typeof(TenRuns))]
public class LedgerThroughputBenchmarks : IDisposable
{
    private const int Batch = 5_000;

    private readonly Ed25519SignatureVerifier _verifier = new();
    private string _folder = "";
    private SqliteLedgerStore? _store;
    private LedgerSimulation? _simulation;
    private List<Transaction> _payments = [];
    private byte[][] _signed = [];
    private List<Transaction> _decoded = [];

    [GlobalSetup]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("subnet-bench-").FullName;
        _store = new SqliteLedgerStore(Path.Combine(_folder, "ledger.db"));
        _simulation = new LedgerSimulation(_store, subnets: 8, neurons: 16, seed: 1);
        using LedgerKey key = new(SigningKey.FromSeed(new byte[SigningKey.SeedByteCount]));
        _signed =
        [
            .. _simulation.Payments(Batch).Select(t => Transaction.Create(key, default, t.Network, t.Nonce, t.Call).Bytes.ToArray()),
        ];
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _simulation?.Dispose();
        _store?.Dispose();
        if (_folder.Length > 0)
        {
            Directory.Delete(_folder, recursive: true);
            _folder = "";
        }

        GC.SuppressFinalize(this);
    }

    [IterationSetup]
    public void Prepare()
    {
        _simulation!.ForgetNonces();
        _payments = _simulation.Payments(Batch);
        _decoded = [.. _signed.Select(static bytes => Transaction.Decode(bytes))];
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public ulong ApplyAndStore() => _simulation!.Produce(_payments).Block.Header.Height;

    [Benchmark(OperationsPerInvoke = Batch)]
    public bool CheckSignatures()
    {
        SignatureChecks.CheckAll(_decoded, _verifier, default(Hash256));
        return _decoded[^1].SignatureChecked;
    }
}
