using System.Globalization;

namespace Subnet.Crypto.Transparency.Checkpoints;

/// <summary>
/// What a log commits to (C2SP tlog-checkpoint): its origin, the number of entries, the root over them. The text is a line each, then
/// extension lines, of which we write none and check none.
/// </summary>
/// <param name="Origin">The log's name, which is also the name of its key.</param>
/// <param name="Size">Entries in the tree, below 2^63.</param>
/// <param name="Root">Root over them.</param>
/// <param name="Extensions">Further lines, none empty.</param>
public sealed record Checkpoint(string Origin, long Size, TreeHash Root, IReadOnlyList<string> Extensions)
{
    /// <summary>A checkpoint without extension lines.</summary>
    public Checkpoint(string origin, long size, TreeHash root)
        : this(origin, size, root, [])
    {
    }

    /// <summary>Reads the text of a checkpoint note.</summary>
    /// <exception cref="TransparencyException">The text is malformed, or the root of size 0 is not the empty root.</exception>
    public static Checkpoint Parse(string text)
    {
        Checkpoint checkpoint = ParseForm(text);
        return checkpoint.Size == 0 && checkpoint.Root != TreeHash.EmptyRoot
            ? throw new TransparencyException("a checkpoint of size 0 has the empty root")
            : checkpoint;
    }

    /// <summary>The note text: origin, size and root, each ended by a line feed.</summary>
    public string ToText() =>
        string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Root.ToBase64()}\n{string.Concat(Extensions.Select(line => line + "\n"))}");

    /// <inheritdoc/>
    public bool Equals(Checkpoint? other) => other is not null && ToText() == other.ToText();

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Origin, Size, Root);

    /// <summary>As <see cref="Parse"/> without the rule for size 0, which a witness answers with a status of its own.</summary>
    internal static Checkpoint ParseForm(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] lines = text.EndsWith('\n') ? text[..^1].Split('\n') : [];
        if (lines.Length < 3 || lines[0].Length == 0)
        {
            throw new TransparencyException("a checkpoint has the lines origin, size and root, each ended by a line feed");
        }

        if (text.AsSpan().ContainsAnyInRange('\0', '\t') || text.AsSpan().ContainsAnyInRange('\v', '\x1f'))
        {
            throw new TransparencyException("a checkpoint has no control characters but line feeds");
        }

        if (!StrictDecimal.TryParse(lines[1], out long size))
        {
            throw new TransparencyException("the size of a checkpoint is decimal without leading zeros and below 2^63");
        }

        if (!TreeHash.TryParseBase64(lines[2], out TreeHash root))
        {
            throw new TransparencyException("the root of a checkpoint is base64 of 32 bytes");
        }

        return Array.IndexOf(lines, "", 3) < 0
            ? new Checkpoint(lines[0], size, root, lines[3..])
            : throw new TransparencyException("extension lines of a checkpoint are not empty");
    }
}
