using System.Collections.Immutable;
using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>
/// The epochs of a subnet's mechanisms as one (<c>design/yuma.md</c> 4): each mechanism has weights and bonds of its own, stake and
/// permits are shared. Lists have one entry per uid; stored fractions are of 65535.
/// </summary>
public sealed record MechanismResults
{
    /// <summary>The epochs, by mechanism; their bonds stay apart.</summary>
    public required ImmutableArray<EpochResult> Mechanisms { get; init; }

    /// <summary>Whether active in any mechanism.</summary>
    public required ImmutableArray<bool> Active { get; init; }

    /// <summary>Whether any mechanism gives a permit.</summary>
    public required ImmutableArray<bool> ValidatorPermit { get; init; }

    /// <summary>Stored fraction, weighted by the mechanisms' emission.</summary>
    public required ImmutableArray<ushort> StakeWeight { get; init; }

    /// <summary>Stored fraction, weighted by the mechanisms' emission.</summary>
    public required ImmutableArray<ushort> Consensus { get; init; }

    /// <summary>Stored fraction, weighted by the mechanisms' emission.</summary>
    public required ImmutableArray<ushort> Incentive { get; init; }

    /// <summary>Stored fraction, weighted by the mechanisms' emission.</summary>
    public required ImmutableArray<ushort> Dividends { get; init; }

    /// <summary>Stored fraction, weighted by the mechanisms' emission.</summary>
    public required ImmutableArray<ushort> ValidatorTrust { get; init; }

    /// <summary>Emission as a miner over all mechanisms, in smallest units.</summary>
    public required ImmutableArray<ulong> ServerEmission { get; init; }

    /// <summary>Emission as a validator over all mechanisms, in smallest units.</summary>
    public required ImmutableArray<ulong> ValidatorEmission { get; init; }

    /// <summary>Combined emission over all mechanisms, in smallest units.</summary>
    public required ImmutableArray<ulong> Emission { get; init; }

    /// <summary>Combines the epochs of one subnet.</summary>
    /// <param name="mechanisms">At least one, in order of mechanism; all of the same number of neurons.</param>
    /// <param name="emissions">What each mechanism emitted, in smallest units; see <c>MechanismSplit</c>.</param>
    /// <exception cref="ArgumentException">The epochs are not those of one subnet.</exception>
    public static MechanismResults Combine(IReadOnlyList<EpochResult> mechanisms, IReadOnlyList<ulong> emissions)
    {
        ArgumentNullException.ThrowIfNull(mechanisms);
        ArgumentNullException.ThrowIfNull(emissions);
        if (mechanisms.Count == 0 || emissions.Count != mechanisms.Count
            || mechanisms.Any(m => m.Active.Length != mechanisms[0].Active.Length))
        {
            throw new ArgumentException("one epoch and one emission are needed for each mechanism of one subnet", nameof(mechanisms));
        }

        U64F64[] shares = Shares(emissions);
        return new MechanismResults
        {
            Mechanisms = [.. mechanisms],
            Active = Any(mechanisms, m => m.Active),
            ValidatorPermit = Any(mechanisms, m => m.ValidatorPermit),
            StakeWeight = Weighted(mechanisms, shares, m => m.StakeWeight),
            Consensus = Weighted(mechanisms, shares, m => m.Consensus),
            Incentive = Weighted(mechanisms, shares, m => m.Incentive),
            Dividends = Weighted(mechanisms, shares, m => m.Dividends),
            ValidatorTrust = Weighted(mechanisms, shares, m => m.ValidatorTrust),
            ServerEmission = Sum(mechanisms, m => m.ServerEmission),
            ValidatorEmission = Sum(mechanisms, m => m.ValidatorEmission),
            Emission = Sum(mechanisms, m => m.Emission),
        };
    }

    /// <summary>Each mechanism's part of the emission; all of it is the first's where nothing is emitted.</summary>
    private static U64F64[] Shares(IReadOnlyList<ulong> emissions)
    {
        UInt128 total = emissions.Aggregate(UInt128.Zero, (sum, e) => sum + e);
        U64F64 whole = U64F64.FromInteger(total > ulong.MaxValue ? ulong.MaxValue : (ulong)total);
        return
        [
            .. emissions.Select((emission, mechanism) => total != 0
                ? U64F64.SafeDivide(U64F64.FromInteger(emission), whole)
                : mechanism == 0 ? U64F64.One : U64F64.Zero),
        ];
    }

    /// <summary><c>floor(accumulated + value * share)</c>, floored at each mechanism as the reference does.</summary>
    private static ImmutableArray<ushort> Weighted(
        IReadOnlyList<EpochResult> mechanisms, U64F64[] shares, Func<EpochResult, ImmutableArray<ushort>> values)
    {
        ushort[] combined = new ushort[mechanisms[0].Active.Length];
        for (int m = 0; m < mechanisms.Count; m++)
        {
            ImmutableArray<ushort> list = values(mechanisms[m]);
            for (int uid = 0; uid < combined.Length; uid++)
            {
                U64F64 sum = U64F64.FromInteger(combined[uid]) + (U64F64.FromInteger(list[uid]) * shares[m]);
                combined[uid] = (ushort)Math.Min(sum.FloorToUInt64(), ushort.MaxValue);
            }
        }

        return [.. combined];
    }

    private static ImmutableArray<bool> Any(IReadOnlyList<EpochResult> mechanisms, Func<EpochResult, ImmutableArray<bool>> values) =>
        [.. Enumerable.Range(0, mechanisms[0].Active.Length).Select(uid => mechanisms.Any(m => values(m)[uid]))];

    private static ImmutableArray<ulong> Sum(IReadOnlyList<EpochResult> mechanisms, Func<EpochResult, ImmutableArray<ulong>> values) =>
        [.. Enumerable.Range(0, mechanisms[0].Active.Length).Select(uid => mechanisms.Aggregate(0UL, (sum, m) => sum + values(m)[uid]))];
}
