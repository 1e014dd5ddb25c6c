namespace Subnet.Core.State;

/// <summary>One child of a hotkey.</summary>
/// <param name="Child">The hotkey that validates with the stake.</param>
/// <param name="Proportion">Of 2^64-1.</param>
public sealed record ChildLink(AccountId Child, ulong Proportion) : IStateRecord<ChildLink>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.Account(Child);
        writer.U64(Proportion);
    }

    /// <inheritdoc/>
    public static ChildLink Read(ref CanonicalReader reader) =>
        new(reader.Account(), reader.U64());
}

/// <summary>The children of a hotkey on a subnet.</summary>
/// <param name="Children">At most five.</param>
public sealed record ChildSet(IReadOnlyList<ChildLink> Children) : IStateRecord<ChildSet>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        Lists.Write(writer, Children);
    }

    /// <inheritdoc/>
    public static ChildSet Read(ref CanonicalReader reader) =>
        new(Lists.Read<ChildLink>(ref reader, 1024));
}

/// <summary>Children that take effect later.</summary>
/// <param name="Children">At most five; none revokes.</param>
/// <param name="EffectiveBlock">First height at which an epoch applies them.</param>
public sealed record PendingChildSet(IReadOnlyList<ChildLink> Children, ulong EffectiveBlock) : IStateRecord<PendingChildSet>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        Lists.Write(writer, Children);
        writer.U64(EffectiveBlock);
    }

    /// <inheritdoc/>
    public static PendingChildSet Read(ref CanonicalReader reader) =>
        new(Lists.Read<ChildLink>(ref reader, 1024), reader.U64());
}

/// <summary>What a child keeps of its parents' dividends.</summary>
/// <param name="Take">Of 65535.</param>
public sealed record ChildTake(ushort Take) : IStateRecord<ChildTake>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U16(Take);
    }

    /// <inheritdoc/>
    public static ChildTake Read(ref CanonicalReader reader) =>
        new(reader.U16());
}
