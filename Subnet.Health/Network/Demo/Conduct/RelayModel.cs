using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Miner;

namespace Subnet.Health.Network.Demo.Conduct;

/// <summary>The miner that a relay asks.</summary>
internal interface IRelayVictim
{
    /// <summary>Its card's hash.</summary>
    ReadOnlyMemory<byte> CardHash { get; }

    /// <summary>Asks it, paying with a token of its own.</summary>
    /// <returns>The reply's bytes; null where none came.</returns>
    Task<byte[]?> AskAsync(byte[] query, int rows, CancellationToken cancellationToken);
}

/// <summary>
/// Has no model: it copied another miner's public card, committed to weights of its own, and passes each query on under the other card. Ciphertext and keys do not depend on
/// the card's hash, so the answers are right; what it cannot do is prove them for its own commitment.
/// </summary>
internal sealed class RelayModel(IServedModel committed, IRelayVictim victim) : DishonestModel(committed)
{
    // Query and reply begin with a first line of 15 bytes; the card's hash, or the request's, follows (parameters 4).
    private const int HashOffset = 15;

    /// <inheritdoc/>
    public override async ValueTask<byte[]?> AnswerAsync(ReadOnlyMemory<byte> query, CancellationToken cancellationToken)
    {
        byte[] passedOn = query.ToArray();
        victim.CardHash.Span.CopyTo(passedOn.AsSpan(HashOffset));
        if (await victim.AskAsync(passedOn, KeylessQuery.Rows(query.Span), cancellationToken).ConfigureAwait(false) is not { } reply)
        {
            return null;
        }

        KeylessQuery.RequestHash(query.Span).CopyTo(reply.AsSpan(HashOffset));
        return reply;
    }
}
