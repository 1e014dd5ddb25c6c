using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Miner;

/// <summary>An answered (or refused) query, as the miner's log has it.</summary>
/// <param name="Event">The client's event.</param>
/// <param name="Model">The model.</param>
/// <param name="Request">Hash of the query's bytes.</param>
/// <param name="QueryBytes">Their number.</param>
/// <param name="Reply">The reply's bytes; null where the query was refused after its token was spent.</param>
/// <param name="Receipt">The receipt's statement.</param>
/// <param name="Signature">Its signature.</param>
internal sealed record ServedQuery(
    string Event, IServedModel Model, ReadOnlyMemory<byte> Request, int QueryBytes, ReadOnlyMemory<byte>? Reply, ReadOnlyMemory<byte>? Receipt, ReadOnlyMemory<byte>? Signature);

/// <summary>The entry cannot be written now, so the answer must not leave.</summary>
internal sealed class ServedQueryLogException(Exception inner) : Exception("the miner's log cannot be written", inner);

/// <summary>Where a miner writes what it served, before the answer leaves.</summary>
internal interface IServedQueryLog
{
    /// <summary>Writes an entry and returns when it is durable.</summary>
    /// <exception cref="ServedQueryLogException">It cannot be written.</exception>
    Task ServedAsync(ServedQuery query);
}

/// <summary>Writes served queries into the miner's transparency log as <c>query.served</c>.</summary>
internal sealed class ServedQueryLog(AuditRecorder recorder) : IServedQueryLog
{
    private const int ShortHash = 12;

    /// <summary>What an entry says of a model.</summary>
    public static CanonicalObject ModelMember(IServedModel model)
    {
        string hash = Convert.ToHexStringLower(model.CardHash.Span);
        return new CanonicalObject { { "id", model.Id }, { "ver", hash[..ShortHash] }, { "commit", hash } };
    }

    /// <inheritdoc/>
    public async Task ServedAsync(ServedQuery query)
    {
        CanonicalObject details = new()
        {
            { "ref", query.Event },
            { "model", ModelMember(query.Model) },
            { "in", new CanonicalObject { { "hash", Convert.ToHexStringLower(query.Request.Span) }, { "bytes", query.QueryBytes } } },
        };
        if (query.Reply is { } reply && query.Receipt is { } receipt && query.Signature is { } signature)
        {
            ReceiptStatement statement = ReceiptStatement.Parse(CanonicalJsonReader.Read(receipt.Span));
            details.Add("out", new CanonicalObject { { "hash", statement.Out }, { "bytes", reply.Length } });
            details.Add("receipt", new CanonicalObject
            {
                { "key", statement.Miner.ToString() },
                { "sig", Convert.ToBase64String(signature.Span) },
                { "time", EntryTime.Format(statement.Time) },
            });
        }
        else
        {
            details.Add("outcome", "denied");
            details.Add("code", RefusalStatement.QueryRefused);
        }

        try
        {
            await recorder.RecordAsync("query.served", details).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is LogStoreException or LogPushbackException or ObjectDisposedException)
        {
            throw new ServedQueryLogException(fault);
        }
    }
}
