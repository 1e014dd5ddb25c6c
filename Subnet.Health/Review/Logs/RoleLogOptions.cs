using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Storage;

namespace Subnet.Health.Review.Logs;

/// <summary>How a role keeps its log.</summary>
/// <param name="Folder">The log's folder, such as <c>HOME/miner/NAME/log</c>; made if it is not there.</param>
/// <param name="Network">Name of the network.</param>
/// <param name="Role">clinic, miner, validator, reviewer; or issuer, node, witness, whose entries are of a <c>service</c>.</param>
internal sealed record RoleLogOptions(string Folder, string Network, string Role)
{
    /// <summary>Years that entries are kept at least (45 CFR 164.316(b)(2)).</summary>
    public const int LeastRetentionYears = 6;

    /// <summary>Who is asked for cosignatures; may be changed later with <see cref="RoleLog.UseWitnesses"/>.</summary>
    public IReadOnlyList<IWitnessClient> Witnesses { get; init; } = [];

    /// <summary>Which witnesses must have cosigned before a checkpoint is published; null for none.</summary>
    public TrustPolicy? Quorum { get; init; }

    /// <summary>How often a grown log is signed and published.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one witness may take.</summary>
    public TimeSpan WitnessLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Puts a checkpoint on the ledger; see <see cref="RoleLog.AnchorAsync"/>. Null where nothing is anchored.</summary>
    public Func<Checkpoint, CancellationToken, Task>? Anchor { get; init; }

    /// <summary>Hash of the policy in force when the log begins, 64 hexadecimal digits; null without one.</summary>
    public string? Policy { get; init; }

    /// <summary>The log's name where it is not that of its key: after the key it began with was retired, or a name of the operator's own.</summary>
    public string? Name { get; init; }

    /// <summary>Keys that sign beside the first while keys are being changed: those added with <see cref="RoleLog.AddKeyAsync"/> and not retired.</summary>
    public IReadOnlyList<Crypto.Identity.SigningKey> FurtherKeys { get; init; } = [];

    /// <summary>How long entries are kept: at least six years; null for ever. What is older goes when the log is opened.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>Where the files are; the physical folder unless a test gives its own.</summary>
    public ILogFiles? Files { get; init; }
}
