using System.Runtime.CompilerServices;

namespace Subnet.Health.Review.Entries;

/// <summary>The sentence of a refusal, formatted only where something is refused.</summary>
[InterpolatedStringHandler]
internal ref struct RefusalText
{
    private DefaultInterpolatedStringHandler text;

    /// <summary>Called by the compiler.</summary>
    public RefusalText(int literalLength, int formattedCount, bool holds, out bool isFormatted)
    {
        isFormatted = !holds;
        text = holds ? default : new DefaultInterpolatedStringHandler(literalLength, formattedCount);
    }

    /// <summary>Called by the compiler.</summary>
    public void AppendLiteral(string value) => text.AppendLiteral(value);

    /// <summary>Called by the compiler.</summary>
    public void AppendFormatted<T>(T value) => text.AppendFormatted(value);

    /// <summary>The sentence.</summary>
    public override string ToString() => text.ToStringAndClear();
}
