using System.Globalization;

namespace Subnet.Crypto.CanonicalJson;

/// <summary>
/// A value of restricted canonical JSON (RFC 8785 without null, fractions and exponents): an object, a list, a text, an integer of
/// at most 53 bits, or a boolean. Converts implicitly from the plain types.
/// </summary>
public abstract class CanonicalValue
{
    /// <summary>The largest integer, 2^53 - 1; the smallest is its negative.</summary>
    public const long MaximumInteger = (1L << 53) - 1;

    private protected CanonicalValue()
    {
    }

    /// <summary>A text.</summary>
    public static implicit operator CanonicalValue(string value) => new CanonicalText(value);

    /// <summary>An integer; refused when it is written if it needs more than 53 bits.</summary>
    public static implicit operator CanonicalValue(long value) => new CanonicalInteger(value);

    /// <summary>A boolean.</summary>
    public static implicit operator CanonicalValue(bool value) => new CanonicalBoolean(value);

    /// <summary>The word for the kind of this value, for messages.</summary>
    public abstract string Kind { get; }
}

/// <summary>A text; any Unicode without lone surrogates.</summary>
public sealed class CanonicalText(string value) : CanonicalValue
{
    /// <summary>The text itself.</summary>
    public string Value { get; } = value ?? throw new ArgumentNullException(nameof(value));

    /// <inheritdoc/>
    public override string Kind => "text";

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>An integer within +-(2^53 - 1).</summary>
public sealed class CanonicalInteger(long value) : CanonicalValue
{
    /// <summary>The number itself.</summary>
    public long Value { get; } = value;

    /// <inheritdoc/>
    public override string Kind => "integer";

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>True or false.</summary>
public sealed class CanonicalBoolean(bool value) : CanonicalValue
{
    /// <summary>The boolean itself.</summary>
    public bool Value { get; } = value;

    /// <inheritdoc/>
    public override string Kind => "boolean";
}
