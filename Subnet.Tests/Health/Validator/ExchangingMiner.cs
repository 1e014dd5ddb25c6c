using System.Collections.Concurrent;
using Subnet.Crypto.Commitments;
using Subnet.Health.Miner;

namespace Subnet.Tests.Health.Validator;

/// <summary>
/// A miner that answers under the card of one forest with others that it also has: each query goes, under the other's card, to the one that is chosen for it, and the answer comes
/// back as if it were of the first. Nothing in query or answer shows it.
/// </summary>
/// <param name="registered">The forest of the card.</param>
/// <param name="choose">For a query's number the forest of the same edges that answers it, made for it or before; null for the registered one.</param>
internal sealed class ExchangingMiner(IModelUnderKeys registered, Func<int, IModelUnderKeys?> choose) : IModelUnderKeys
{
    private static readonly int CardOffset = "subnet-query/1\n"u8.Length;
    private static readonly int RequestOffset = "subnet-reply/1\n"u8.Length;

    private readonly ConcurrentDictionary<IModelUnderKeys, bool> others = [];
    private KeyBundleStore? store;
    private int asked;

    public ReadOnlyMemory<byte> Card => registered.Card;

    public ReadOnlyMemory<byte> CardHash => registered.CardHash;

    public string Id => registered.Id;

    public ReadOnlyMemory<byte> Commitment => registered.Commitment;

    public CommitmentOpening? Opening => null;

    public (long Resident, long PerQuery) MemoryBytes => registered.MemoryBytes;

    public int LargestQueryBytes => registered.LargestQueryBytes;

    public long KeyBundleBytes => registered.KeyBundleBytes;

    public int? RowsOf(ReadOnlySpan<byte> query) => registered.RowsOf(query);

    public void UseKeys(KeyBundleStore keys)
    {
        store = keys;
        registered.UseKeys(keys);
    }

    public async ValueTask<byte[]?> AnswerAsync(ReadOnlyMemory<byte> query, CancellationToken cancellationToken)
    {
        if (choose(Interlocked.Increment(ref asked)) is not { } other)
        {
            return await registered.AnswerAsync(query, cancellationToken);
        }

        others.TryAdd(other, true);
        other.UseKeys(store!);
        byte[] readdressed = query.ToArray();
        other.CardHash.CopyTo(readdressed.AsMemory(CardOffset));
        byte[]? reply = await other.AnswerAsync(readdressed, cancellationToken);
        if (reply is not null)
        {
            System.Security.Cryptography.SHA256.HashData(query.Span).CopyTo(reply.AsSpan(RequestOffset));
        }

        return reply;
    }

    public void Dispose()
    {
        registered.Dispose();
        foreach (IModelUnderKeys other in others.Keys)
        {
            other.Dispose();
        }
    }
}
