using Subnet.Crypto.Commitments;

namespace Subnet.Health.Miner;

/// <summary>A model whose queries go under keys that clients upload.</summary>
internal interface IModelUnderKeys : IServedModel
{
    /// <summary>Says where uploaded bundles are; before that every query is refused.</summary>
    void UseKeys(KeyBundleStore keys);
}

/// <summary>A model that a miner serves: its public card, and answers to queries of it. Safe for concurrent use.</summary>
internal interface IServedModel : IDisposable
{
    /// <summary>The card's canonical bytes.</summary>
    ReadOnlyMemory<byte> Card { get; }

    /// <summary>SHA-256 of the card.</summary>
    ReadOnlyMemory<byte> CardHash { get; }

    /// <summary>What the log calls the model: the card's neutral identifier.</summary>
    string Id { get; }

    /// <summary>What the ledger registers with the card: 33 bytes of a vector commitment, or 32 of a hash for private forests.</summary>
    ReadOnlyMemory<byte> Commitment { get; }

    /// <summary>Opens the commitment, for registration and proofs; null where the commitment is a hash.</summary>
    CommitmentOpening? Opening { get; }

    /// <summary>Bytes that the loaded model holds, and that one evaluation takes on top.</summary>
    (long Resident, long PerQuery) MemoryBytes { get; }

    /// <summary>Bytes of the largest query.</summary>
    int LargestQueryBytes { get; }

    /// <summary>Bytes of a bundle of evaluation keys; 0 where the circuit needs none.</summary>
    long KeyBundleBytes { get; }

    /// <summary>The number of rows that a query's token must pay for (its size class), or null where the bytes are no query of this model.</summary>
    int? RowsOf(ReadOnlySpan<byte> query);

    /// <summary>Answers a query.</summary>
    /// <param name="query">Untrusted bytes.</param>
    /// <param name="cancellationToken">Gives up; only where no token was spent for it.</param>
    /// <returns>The reply's bytes; null where the query is refused, for whatever reason: all refusals look the same.</returns>
    ValueTask<byte[]?> AnswerAsync(ReadOnlyMemory<byte> query, CancellationToken cancellationToken);

    /// <summary>Answers a query whose hash is known, which a reply carries: hashing a hundred kilobytes once more costs a seventh of the evaluation.</summary>
    /// <param name="query">Untrusted bytes.</param>
    /// <param name="requestHash">SHA-256 of them.</param>
    /// <param name="cancellationToken">Gives up; only where no token was spent for it.</param>
    /// <inheritdoc cref="AnswerAsync(ReadOnlyMemory{byte}, CancellationToken)" path="/returns"/>
    ValueTask<byte[]?> AnswerAsync(ReadOnlyMemory<byte> query, ReadOnlyMemory<byte> requestHash, CancellationToken cancellationToken) => AnswerAsync(query, cancellationToken);
}
