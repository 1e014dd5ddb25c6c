using Subnet.Health.Review.Queries;

namespace Subnet.Health.Review.Tracing;

/// <summary>What became of one link of a trace.</summary>
internal enum TraceStatus
{
    /// <summary>The evidence is there and holds.</summary>
    Verified,

    /// <summary>The evidence is there and does not hold, or two parties contradict each other.</summary>
    Failed,

    /// <summary>It should be in a source that was looked at, and is not.</summary>
    Missing,

    /// <summary>The source that would have it was not given, or withholds it.</summary>
    Unavailable,

    /// <summary>It has not happened yet: the epoch is not over.</summary>
    Open,

    /// <summary>There is nothing to show at this step.</summary>
    None,
}

/// <summary>A named hash or number that a link rests on.</summary>
/// <param name="Name">What it is, snake_case.</param>
/// <param name="Value">Lower-case hexadecimal digits or a decimal number.</param>
internal sealed record TraceFact(string Name, string Value);

/// <summary>A signature that a link rests on, for whoever checks it by himself: over the domain, a line feed and the statement.</summary>
/// <param name="Domain">First line of what is signed.</param>
/// <param name="Statement">The statement's canonical bytes.</param>
/// <param name="Key">Ed25519 key, 32 bytes.</param>
/// <param name="Bytes">The signature, 64 bytes.</param>
internal sealed record TraceSignature(string Domain, ReadOnlyMemory<byte> Statement, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Bytes);

/// <summary>One link from a patient's consent to a miner's emission.</summary>
/// <param name="Step">Stable word of the step.</param>
/// <param name="Title">What the step shows, in a few words.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Why">One sentence: what was checked, or what is missing and where it should be.</param>
internal sealed record TraceLink(string Step, string Title, TraceStatus Status, string Why)
{
    /// <summary>Name of the log or ledger where the evidence is; null where there is none.</summary>
    public string? Place { get; init; }

    /// <summary>The entry, shown to be in its log; null where the evidence is not an entry.</summary>
    public LoggedEntry? Entry { get; init; }

    /// <summary>Block of the ledger, where the evidence is there.</summary>
    public long? Height { get; init; }

    /// <summary>Address of the party whose link this is where there are several, such as one of the validators.</summary>
    public string? Party { get; init; }

    /// <summary>The hashes and numbers it rests on.</summary>
    public IReadOnlyList<TraceFact> Facts { get; init; } = [];

    /// <summary>The signatures it rests on, beside that of the log's checkpoint.</summary>
    public IReadOnlyList<TraceSignature> Signatures { get; init; } = [];
}

/// <summary>A query followed from end to end.</summary>
/// <param name="Event">The query's event.</param>
/// <param name="Links">In the order of the chain.</param>
internal sealed record QueryTrace(string Event, IReadOnlyList<TraceLink> Links)
{
    /// <summary>Whether nothing that was found contradicts anything else.</summary>
    public bool IsSound => Links.All(link => link.Status != TraceStatus.Failed);

    /// <summary>Whether every link is there and holds.</summary>
    public bool IsComplete => Links.All(link => link.Status is TraceStatus.Verified or TraceStatus.None);
}
