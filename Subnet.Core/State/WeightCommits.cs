namespace Subnet.Core.State;

/// <summary>A committed and not yet revealed row of weights.</summary>
/// <param name="Digest">BLAKE2b-256 of the row and its salt.</param>
/// <param name="Epoch">Epoch counter it belongs to.</param>
/// <param name="Block">Height of the commit.</param>
public sealed record WeightCommit(Hash256 Digest, ulong Epoch, ulong Block) : IStateRecord<WeightCommit>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.Digest(Digest);
        writer.U64(Epoch);
        writer.U64(Block);
    }

    /// <inheritdoc/>
    public static WeightCommit Read(ref CanonicalReader reader) =>
        new(reader.Digest(), reader.U64(), reader.U64());
}

/// <summary>The unrevealed commits of a hotkey, oldest first.</summary>
/// <param name="Commits">At most ten.</param>
public sealed record WeightCommits(IReadOnlyList<WeightCommit> Commits) : IStateRecord<WeightCommits>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        Lists.Write(writer, Commits);
    }

    /// <inheritdoc/>
    public static WeightCommits Read(ref CanonicalReader reader) =>
        new(Lists.Read<WeightCommit>(ref reader, 1024));
}
