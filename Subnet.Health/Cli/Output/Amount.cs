using System.Globalization;

namespace Subnet.Health.Cli.Output;

/// <summary>An integer that can pass 2^53 (every amount of the ledger): a decimal string in JSON, so that no reader rounds it.</summary>
internal readonly record struct Amount(Int128 Value)
{
    public static implicit operator Amount(ulong value) => new(value);

    public static implicit operator Amount(long value) => new(value);

    /// <summary>Decimal digits with a leading minus where negative.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
