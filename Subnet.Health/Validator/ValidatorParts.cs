using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Audits;
using Subnet.Health.Node;
using Subnet.Health.Review.Entries;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Store;
using Subnet.Health.Validator.Verdicts;

namespace Subnet.Health.Validator;

/// <summary>What the parts of a validator share.</summary>
/// <param name="Settings">How it works.</param>
/// <param name="Hotkey">Its key; stays the caller's.</param>
/// <param name="Ledger">The ledger.</param>
/// <param name="Store">What it must not lose.</param>
/// <param name="OpenedRows">Audit rows of other validators that it signed verdicts about.</param>
/// <param name="Recorder">Its transparency log.</param>
/// <param name="Miners">The miners' cards.</param>
/// <param name="Channels">Ways to other parties.</param>
/// <param name="Tokens">Its access tokens.</param>
/// <param name="Labelled">Rows with known outcomes by subnet.</param>
/// <param name="Generators">For proofs.</param>
/// <param name="Random">Seeds, rows, salts.</param>
/// <param name="Time">The clock of latencies and log entries.</param>
/// <param name="Logger">Structured log.</param>
/// <param name="Metrics">Counters.</param>
internal sealed record ValidatorParts(
    ValidatorSettings Settings,
    SigningKey Hotkey,
    ILedgerClient Ledger,
    ValidatorStore Store,
    OpenedRowStore OpenedRows,
    AuditRecorder Recorder,
    MinerDirectory Miners,
    PeerChannels Channels,
    IAccessTokens Tokens,
    IReadOnlyDictionary<ushort, LabelledRows> Labelled,
    GeneratorCache Generators,
    IRandomSource Random,
    TimeProvider Time,
    ILogger Logger,
    ValidatorMetrics Metrics)
{
    /// <summary>The hotkey's bytes.</summary>
    public byte[] PublicKey { get; } = Hotkey.PublicKey.ToArray();
}
