using Microsoft.Data.Sqlite;
using Subnet.Core.State;

namespace Subnet.Health.Validator.Store;

/// <summary>A verdict of this validator about a miner's epoch.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Epoch">The audited epoch.</param>
/// <param name="Miner">Hotkey, 32 bytes.</param>
/// <param name="Card">The card, 32 bytes.</param>
/// <param name="Statement">Canonical JSON.</param>
/// <param name="Passes">Whether the miner stands.</param>
/// <param name="Code">The outcome's word.</param>
/// <param name="Signatures">Hotkey and signature of each signer, 96 bytes each, the validator first.</param>
/// <param name="FormHash">Hash of the public form X.</param>
internal sealed record StoredVerdict(
    ushort Netuid, ulong Epoch, byte[] Miner, byte[] Card, byte[] Statement, bool Passes, string Code, byte[] Signatures, byte[] FormHash);

/// <summary>A score as it stands.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Miner">Hotkey, 32 bytes.</param>
/// <param name="Card">The card, 32 bytes.</param>
/// <param name="Score">Smoothed value and audited epochs.</param>
/// <param name="Epoch">The last epoch that is in it.</param>
internal sealed record StoredScore(ushort Netuid, byte[] Miner, byte[] Card, MinerScore Score, ulong Epoch);

/// <summary>How far a row of weights got.</summary>
internal enum WeightsState
{
    /// <summary>Decided; its commit may be on the ledger or not.</summary>
    Decided = 0,

    /// <summary>Revealed: it counts.</summary>
    Revealed = 1,

    /// <summary>Too late for commit or reveal.</summary>
    Expired = 2,
}

/// <summary>A row of weights with what its reveal needs.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Epoch">Epoch counter in which it was decided.</param>
/// <param name="Uids">Columns.</param>
/// <param name="Shares">A weight for each.</param>
/// <param name="Salt">What keeps it secret until then.</param>
/// <param name="Digest">What is committed.</param>
/// <param name="State">How far it got.</param>
internal sealed record StoredWeights(ushort Netuid, ulong Epoch, ushort[] Uids, ushort[] Shares, ushort[] Salt, Hash256 Digest, WeightsState State);

/// <summary>Announcements, verdicts, scores and weights.</summary>
internal sealed partial class ValidatorStore
{
    /// <summary>Remembers another validator's plan; the first root stands.</summary>
    /// <returns>The root that stands and the height at which it came.</returns>
    public (byte[] Root, ulong Height) Announce(ushort netuid, ulong epoch, byte[] validator, byte[] root, ulong height)
    {
        Execute(
            "insert or ignore into announced values ($netuid, $epoch, $validator, $root, $height)",
            ("$netuid", (int)netuid), ("$epoch", epoch), ("$validator", validator), ("$root", root), ("$height", height));
        return FindAnnounced(netuid, epoch, validator)!.Value;
    }

    /// <summary>Another validator's plan, or null.</summary>
    public (byte[] Root, ulong Height)? FindAnnounced(ushort netuid, ulong epoch, byte[] validator) => Query<(byte[], ulong)?>(
        "select root, height from announced where netuid = $netuid and epoch = $epoch and validator = $validator",
        reader => (Bytes(reader, 0), Large(reader, 1)),
        ("$netuid", (int)netuid), ("$epoch", epoch), ("$validator", validator)).SingleOrDefault();

    /// <summary>Stores a verdict.</summary>
    public void PutVerdict(StoredVerdict verdict) => Execute(
        "insert or replace into verdict values ($netuid, $epoch, $miner, $card, $statement, $passes, $code, $signatures, $form)",
        ("$netuid", (int)verdict.Netuid), ("$epoch", verdict.Epoch), ("$miner", verdict.Miner), ("$card", verdict.Card), ("$statement", verdict.Statement),
        ("$passes", verdict.Passes ? 1 : 0), ("$code", verdict.Code), ("$signatures", verdict.Signatures), ("$form", verdict.FormHash));

    /// <summary>The verdicts of a subnet, by epoch.</summary>
    public IReadOnlyList<StoredVerdict> Verdicts(ushort netuid) => Query(
        "select netuid, epoch, miner, card, statement, passes, code, signatures, form from verdict where netuid = $netuid order by epoch, miner",
        reader => new StoredVerdict(
            (ushort)reader.GetInt32(0), Large(reader, 1), Bytes(reader, 2), Bytes(reader, 3), Bytes(reader, 4), reader.GetInt32(5) != 0, reader.GetString(6),
            Bytes(reader, 7), Bytes(reader, 8)),
        ("$netuid", (int)netuid));

    /// <summary>Stores a score.</summary>
    public void PutScore(StoredScore score) => Execute(
        "insert or replace into score values ($netuid, $miner, $card, $value, $audited, $epoch)",
        ("$netuid", (int)score.Netuid), ("$miner", score.Miner), ("$card", score.Card), ("$value", score.Score.Value),
        ("$audited", score.Score.AuditedEpochs), ("$epoch", score.Epoch));

    /// <summary>The scores of a subnet.</summary>
    public IReadOnlyList<StoredScore> Scores(ushort netuid) => Query(
        "select netuid, miner, card, value, audited, epoch from score where netuid = $netuid order by miner, card",
        reader => new StoredScore(
            (ushort)reader.GetInt32(0), Bytes(reader, 1), Bytes(reader, 2), new MinerScore(reader.GetDouble(3), reader.GetInt32(4)), Large(reader, 5)),
        ("$netuid", (int)netuid));

    /// <summary>Stores a score on real outcomes. It belongs to miner and card: what one model earned says nothing of the one that takes its place.</summary>
    public void PutOrganic(ushort netuid, ulong epoch, byte[] miner, byte[] card, byte[] batch, double value) => Execute(
        "insert or replace into organic_score values ($netuid, $epoch, $miner, $card, $batch, $value)",
        ("$netuid", (int)netuid), ("$epoch", epoch), ("$miner", miner), ("$card", card), ("$batch", batch), ("$value", value));

    /// <summary>The mean of a miner's newest organic scores for a card up to an epoch; null where there is none.</summary>
    public double? Organic(ushort netuid, ulong epoch, byte[] miner, byte[] card) => Query<double?>(
        """
        select avg(value) from organic_score where netuid = $netuid and miner = $miner and card = $card
        and epoch = (select max(epoch) from organic_score where netuid = $netuid and miner = $miner and card = $card and epoch <= $epoch)
        """,
        reader => reader.IsDBNull(0) ? null : reader.GetDouble(0), ("$netuid", (int)netuid), ("$epoch", epoch), ("$miner", miner), ("$card", card)).Single();

    /// <summary>Stores a row of weights before it is committed; an epoch's row is decided once.</summary>
    public void AddWeights(StoredWeights weights) => Execute(
        "insert or ignore into weights values ($netuid, $epoch, $uids, $shares, $salt, $digest, 0)",
        ("$netuid", (int)weights.Netuid), ("$epoch", weights.Epoch), ("$uids", Pack(weights.Uids)), ("$shares", Pack(weights.Shares)),
        ("$salt", Pack(weights.Salt)), ("$digest", weights.Digest.ToArray()));

    /// <summary>The row decided in an epoch, or null.</summary>
    public StoredWeights? FindWeights(ushort netuid, ulong epoch) => Query(
        $"select netuid, epoch, uids, shares, salt, digest, state from weights where netuid = $netuid and epoch = $epoch",
        ReadWeights, ("$netuid", (int)netuid), ("$epoch", epoch)).SingleOrDefault();

    /// <summary>Rows that are decided and not revealed, oldest first.</summary>
    public IReadOnlyList<StoredWeights> PendingWeights(ushort netuid) => Query(
        "select netuid, epoch, uids, shares, salt, digest, state from weights where netuid = $netuid and state = 0 order by epoch", ReadWeights, ("$netuid", (int)netuid));

    /// <summary>Stores how far a row got.</summary>
    public void MarkWeights(ushort netuid, ulong epoch, WeightsState state) => Execute(
        "update weights set state = $state where netuid = $netuid and epoch = $epoch", ("$state", (int)state), ("$netuid", (int)netuid), ("$epoch", epoch));

    private static StoredWeights ReadWeights(SqliteDataReader reader) => new(
        (ushort)reader.GetInt32(0), Large(reader, 1), UnpackShorts(Bytes(reader, 2)), UnpackShorts(Bytes(reader, 3)), UnpackShorts(Bytes(reader, 4)),
        new Hash256(Bytes(reader, 5)), (WeightsState)reader.GetInt32(6));
}
