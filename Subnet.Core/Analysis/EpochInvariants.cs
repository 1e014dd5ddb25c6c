using System.Globalization;
using Subnet.Core.Consensus;
using Subnet.Core.Numerics;

namespace Subnet.Core.Analysis;

/// <summary>A property that every epoch must have, and whether this one has it.</summary>
/// <param name="Name">The property, as a sentence.</param>
/// <param name="Holds">Whether it holds.</param>
/// <param name="Detail">The figures, for people.</param>
public readonly record struct Invariant(string Name, bool Holds, string Detail);

/// <summary>Checks a result against what no epoch may do, from the outside: without repeating the epoch.</summary>
public static class EpochInvariants
{
    /// <summary>All invariants, whether they hold or not.</summary>
    public static IReadOnlyList<Invariant> Check(EpochInput input, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(result);
        int n = input.NeuronCount;
        UInt128 server = Sum(result.ServerEmission), validator = Sum(result.ValidatorEmission), combined = Sum(result.Emission);
        UInt128 dust = server + validator <= input.Emission ? input.Emission - server - validator : 0;
        int permits = result.ValidatorPermit.Count(p => p);
        int allowed = input.Hyperparameters.MaxAllowedValidators + (input.OwnerUid is null ? 0 : 1);
        long fullRange = I32F32.One.Bits;

        // Each share is floored to 2^-32 and each amount to a unit: n units and n * 2^-32 of the emission may be missing from each side.
        UInt128 tolerated = (UInt128)(2 * n) + 2 + (((UInt128)input.Emission * (UInt128)((2 * n) + 4)) >> 32);
        EpochNumbers numbers = result.Numbers;
        long incentive = Total(numbers.Incentive), dividends = Total(numbers.Dividends);
        return
        [
            new("Miners and validators together get no more than the emission.",
                server + validator <= input.Emission, Text($"{server + validator} of {input.Emission}")),
            new("Combined emission is no more than the emission.",
                combined <= input.Emission, Text($"{combined} of {input.Emission}")),
            new("What rounding leaves is dust.",
                combined == 0 || dust <= tolerated, Text($"{dust} of at most {tolerated}")),
            new("Incentive adds up to 1 at most.", incentive <= fullRange, Text($"{incentive} of {fullRange}")),
            new("Dividends add up to 1 at most.", dividends <= fullRange, Text($"{dividends} of {fullRange}")),
            new("Nobody's validator trust is above 1.",
                numbers.ValidatorTrust.All(t => t.Bits >= 0 && t.Bits <= fullRange), "per validator"),
            new("A miner without consensus has no incentive.",
                Every(n, u => numbers.Consensus[u].Bits > 0 || numbers.Incentive[u].Bits == 0), "per miner"),
            new("No more permits than allowed.", permits <= allowed, Text($"{permits} of {allowed}")),
            new("A permit needs stake, except the owner's.",
                Every(n, u => !result.ValidatorPermit[u] || u == input.OwnerUid || numbers.Stake[u].Bits > 0), "per neuron"),
            new("Bonds belong to holders of a permit.",
                Every(n, u => result.ValidatorPermit[u] || result.Bonds.ColumnsOf(u).IsEmpty), "per validator"),
            new("Under Yuma3 an inactive validator has no dividends.",
                !input.Hyperparameters.Yuma3 || Every(n, u => result.Active[u] || numbers.Dividends[u].Bits == 0), "per validator"),
        ];
    }

    private static bool Every(int count, Func<int, bool> check) => Enumerable.Range(0, count).All(check);

    private static UInt128 Sum(IEnumerable<ulong> amounts) => amounts.Aggregate(UInt128.Zero, (sum, a) => sum + a);

    private static long Total(IEnumerable<I32F32> values) => values.Aggregate(0L, (sum, v) => sum + v.Bits);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
