using Microsoft.Data.Sqlite;
using Subnet.Health.Storage;
using Subnet.Health.Validator.Challenges;

namespace Subnet.Health.Validator.Store;

/// <summary>A plan that was logged.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Epoch">The epoch whose queries it fixes.</param>
/// <param name="Root">Its root.</param>
/// <param name="Signature">The validator's signature over the plan's statement.</param>
/// <param name="IsClosed">Whether its audits were opened and judged.</param>
internal sealed record StoredPlan(ushort Netuid, ulong Epoch, byte[] Root, byte[] Signature, bool IsClosed);

/// <summary>Plans and challenges.</summary>
internal sealed partial class ValidatorStore
{
    private const string ChallengeColumns =
        "id, netuid, epoch, miner, card, kind, master, rows, labels, state, event, token, reply, receipt, signature, latency_ms, keys, leaf";

    /// <summary>Stores a plan with its challenges, all or nothing.</summary>
    public void AddPlan(StoredPlan plan, IReadOnlyList<Challenge> challenges)
    {
        lock (gate)
        {
            using WriteTransaction transaction = new(connection);
            using SqliteCommand head = Command(
                "insert into plan (netuid, epoch, root, signature) values ($netuid, $epoch, $root, $signature)",
                [("$netuid", (int)plan.Netuid), ("$epoch", plan.Epoch), ("$root", plan.Root), ("$signature", plan.Signature)]);
            head.ExecuteNonQuery();
            foreach (Challenge challenge in challenges)
            {
                using SqliteCommand insert = Command(
                    "insert into challenge (netuid, epoch, miner, card, kind, master, rows, labels, event, keys, leaf) values ($netuid, $epoch, $miner, $card, $kind, $master, $rows, $labels, $event, $keys, $leaf)",
                    [
                        ("$netuid", (int)challenge.Netuid), ("$epoch", challenge.Epoch), ("$miner", challenge.Miner), ("$card", challenge.Card),
                        ("$kind", (int)challenge.Kind), ("$master", challenge.Master), ("$rows", Pack(challenge.Rows)), ("$labels", Pack(challenge.Labels)),
                        ("$event", challenge.Event), ("$keys", challenge.Keys), ("$leaf", challenge.Leaf),
                    ]);
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }
    }

    /// <summary>Keeps a card's canonical bytes under its hash.</summary>
    public void PutCard(byte[] hash, byte[] canonical) => Execute("insert or ignore into card values ($hash, $canonical)", ("$hash", hash), ("$canonical", canonical));

    /// <summary>The canonical bytes of a card that was kept, or null.</summary>
    public byte[]? FindCard(byte[] hash) => Query("select canonical from card where hash = $hash", reader => Bytes(reader, 0), ("$hash", hash)).SingleOrDefault();

    /// <summary>A plan, or null.</summary>
    public StoredPlan? FindPlan(ushort netuid, ulong epoch) =>
        Query("select netuid, epoch, root, signature, closed from plan where netuid = $netuid and epoch = $epoch", ReadPlan, ("$netuid", (int)netuid), ("$epoch", epoch))
            .SingleOrDefault();

    /// <summary>How many epochs of a subnet were planned.</summary>
    public int CountPlans(ushort netuid) =>
        Query("select count(*) from plan where netuid = $netuid", reader => reader.GetInt32(0), ("$netuid", (int)netuid)).Single();

    /// <summary>Plans of epochs before this one that were not judged yet, oldest first.</summary>
    public IReadOnlyList<StoredPlan> OpenPlans(ushort netuid, ulong before) => Query(
        "select netuid, epoch, root, signature, closed from plan where netuid = $netuid and epoch < $epoch and closed = 0 order by epoch",
        ReadPlan, ("$netuid", (int)netuid), ("$epoch", before));

    /// <summary>Marks a plan as judged.</summary>
    public void ClosePlan(ushort netuid, ulong epoch) =>
        Execute("update plan set closed = 1 where netuid = $netuid and epoch = $epoch", ("$netuid", (int)netuid), ("$epoch", epoch));

    /// <summary>The challenges of an epoch in the order planned.</summary>
    public IReadOnlyList<Challenge> Challenges(ushort netuid, ulong epoch) => Query(
        $"select {ChallengeColumns} from challenge where netuid = $netuid and epoch = $epoch order by id", ReadChallenge, ("$netuid", (int)netuid), ("$epoch", epoch));

    /// <summary>Every challenge under a card.</summary>
    public IReadOnlyList<Challenge> ChallengesOf(ushort netuid, byte[] card) => Query(
        $"select {ChallengeColumns} from challenge where netuid = $netuid and card = $card order by id", ReadChallenge, ("$netuid", (int)netuid), ("$card", card));

    /// <summary>The subnets that something was planned or decided for.</summary>
    public IReadOnlyList<ushort> Netuids() => Query(
        "select netuid from plan union select netuid from weights order by netuid", reader => (ushort)reader.GetInt32(0));

    /// <summary>How many challenges of a subnet are in a state.</summary>
    public int CountIn(ushort netuid, ChallengeState state) => Query(
        "select count(*) from challenge where netuid = $netuid and state = $state", reader => reader.GetInt32(0), ("$netuid", (int)netuid), ("$state", (int)state)).Single();

    /// <summary>How many challenges of a subnet were sent.</summary>
    public int CountSent(ushort netuid) =>
        Query("select count(*) from challenge where netuid = $netuid and state > 0", reader => reader.GetInt32(0), ("$netuid", (int)netuid)).Single();

    /// <summary>How many challenges of judged epochs were sent and how many answered: what may be told while another epoch runs.</summary>
    public (int Sent, int Answered) CountJudged(ushort netuid) => Query(
        """
        select coalesce(sum(c.state > 0), 0), coalesce(sum(c.state = 2), 0) from challenge c
        join plan p on p.netuid = c.netuid and p.epoch = c.epoch where c.netuid = $netuid and p.closed = 1
        """,
        reader => (reader.GetInt32(0), reader.GetInt32(1)), ("$netuid", (int)netuid)).Single();

    /// <summary>
    /// Challenges without an answer that counts, by miner (32 bytes) and <see cref="UnansweredReason"/>. Of epochs that are not judged only those that something is known of: the
    /// others may still be sent or answered.
    /// </summary>
    public IReadOnlyList<(byte[] Miner, string Reason, int Count)> CountUnanswered(ushort netuid) => Query(
        """
        select c.miner, case when c.reason <> '' then c.reason when c.state = 0 then $unsent else $unknown end as why, count(*) from challenge c
        join plan p on p.netuid = c.netuid and p.epoch = c.epoch
        where c.netuid = $netuid and c.state <> 2 and (p.closed = 1 or c.reason <> '' or c.state = 3)
        group by c.miner, why order by c.miner, why
        """,
        reader => (Bytes(reader, 0), reader.GetString(1), reader.GetInt32(2)),
        ("$netuid", (int)netuid), ("$unsent", UnansweredReason.NotSent), ("$unknown", UnansweredReason.NoAnswer));

    /// <summary>Stores why a challenge has no answer yet; a later answer clears it.</summary>
    public void PutReason(long id, string reason) => Execute("update challenge set reason = $reason where id = $id", ("$reason", reason), ("$id", id));

    /// <summary>Stores the token of a challenge before it is sent.</summary>
    public void MarkSent(long id, byte[] token) =>
        Execute("update challenge set state = 1, token = $token where id = $id", ("$token", token), ("$id", id));

    /// <summary>Stores an answer.</summary>
    public void MarkAnswered(long id, byte[] reply, byte[] receipt, byte[] signature, double latencyMs) => Execute(
        "update challenge set state = 2, reply = $reply, receipt = $receipt, signature = $signature, latency_ms = $latency, reason = '' where id = $id",
        ("$reply", reply), ("$receipt", receipt), ("$signature", signature), ("$latency", latencyMs), ("$id", id));

    /// <summary>Stores that nothing that counts came.</summary>
    public void MarkFailed(long id) => Execute("update challenge set state = 3 where id = $id", ("$id", id));

    private static StoredPlan ReadPlan(SqliteDataReader reader) =>
        new((ushort)reader.GetInt32(0), Large(reader, 1), Bytes(reader, 2), Bytes(reader, 3), reader.GetInt32(4) != 0);

    private static Challenge ReadChallenge(SqliteDataReader reader) => new()
    {
        Id = reader.GetInt64(0),
        Netuid = (ushort)reader.GetInt32(1),
        Epoch = Large(reader, 2),
        Miner = Bytes(reader, 3),
        Card = Bytes(reader, 4),
        Kind = (ChallengeKind)reader.GetInt32(5),
        Master = Bytes(reader, 6),
        Rows = UnpackRows(Bytes(reader, 7)),
        Labels = UnpackNumbers(Bytes(reader, 8)),
        State = (ChallengeState)reader.GetInt32(9),
        Event = Bytes(reader, 10),
        Token = Bytes(reader, 11),
        Reply = Bytes(reader, 12),
        Receipt = Bytes(reader, 13),
        ReceiptSignature = Bytes(reader, 14),
        LatencyMs = reader.GetDouble(15),
        Keys = Bytes(reader, 16),
        Leaf = Bytes(reader, 17),
    };
}
