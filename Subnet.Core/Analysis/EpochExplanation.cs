using Subnet.Core.Consensus;
using Subnet.Core.Emission;
using Subnet.Core.Numerics;

namespace Subnet.Core.Analysis;

/// <summary>
/// Why an epoch came out as it did. Built from the epoch's own intermediate values, so it cannot tell another story than the result.
/// Pairs are made on demand, since there may be half a million.
/// </summary>
public sealed class EpochExplanation
{
    private readonly EpochTrace trace;

    private EpochExplanation(EpochInput input, EpochResult result, EpochTrace trace, IReadOnlyList<ushort>? takes)
    {
        this.trace = trace;
        Input = input;
        Result = result;
        Neurons = Describe(takes);
    }

    /// <summary>What the epoch read.</summary>
    public EpochInput Input { get; }

    /// <summary>What it decided.</summary>
    public EpochResult Result { get; }

    /// <summary>One record per uid.</summary>
    public IReadOnlyList<NeuronExplanation> Neurons { get; }

    /// <summary>Whether nobody earned anything and validators were paid by stake.</summary>
    public bool PaidByStake => SparseAlgebra.Sum(Result.Numbers.Incentive.AsSpan()).Bits == 0
        && SparseAlgebra.Sum(Result.Numbers.Dividends.AsSpan()).Bits == 0;

    /// <summary>Emission to miners, in smallest units.</summary>
    public UInt128 ServerEmission => Sum(Result.ServerEmission);

    /// <summary>Emission to validators, in smallest units.</summary>
    public UInt128 ValidatorEmission => Sum(Result.ValidatorEmission);

    /// <summary>
    /// Emission to the subnet owner's own uid as a miner, in smallest units: it is withheld at distribution, burned or recycled, and lowers
    /// the subnet's share of later blocks.
    /// </summary>
    public ulong WithheldFromOwner => Input.OwnerUid is { } owner ? Result.ServerEmission[owner] : 0;

    /// <summary>What rounding leaves of the epoch's emission, in smallest units.</summary>
    public UInt128 Dust => Input.Emission - ServerEmission - ValidatorEmission;

    /// <summary>Runs and explains an epoch.</summary>
    /// <param name="input">The epoch.</param>
    /// <param name="takes">Each neuron's take, a fraction of 65535; null where it is of no interest: then nothing is taken.</param>
    /// <exception cref="ArgumentException">The input does not describe a subnet, or there is not one take for each neuron.</exception>
    public static EpochExplanation Of(EpochInput input, IReadOnlyList<ushort>? takes = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (takes is not null && takes.Count != input.NeuronCount)
        {
            throw new ArgumentException($"{takes.Count} takes for {input.NeuronCount} neurons", nameof(takes));
        }

        EpochTrace trace = new();
        EpochResult result = YumaEpoch.Run(input, trace);
        return new(input, result, trace, takes);
    }

    /// <summary>The miners that a validator weighed, or has or had a bond on, in ascending uids.</summary>
    public IEnumerable<PairExplanation> PairsOf(int validator)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(validator);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(validator, Input.NeuronCount);
        SortedSet<ushort> miners =
        [
            .. Input.Weights.ColumnsOf(validator), .. Input.Bonds.ColumnsOf(validator), .. trace.NewBonds!.ColumnsOf(validator),
        ];

        I32F32 parts = I32F32.Zero;
        foreach (ushort miner in miners)
        {
            parts += DividendPart(validator, miner);
        }

        return miners.Select(miner => Pair(validator, miner, parts));
    }

    /// <summary>
    /// How much a validator's weights agree with consensus: <c>sum_j min(w_j, C_j) / sum_j max(w_j, C_j)</c>, 1 for the same, 0 for nothing
    /// in common.
    /// </summary>
    public double AgreementOf(int validator)
    {
        double common = 0, all = 0;
        for (int miner = 0; miner < Input.NeuronCount; miner++)
        {
            double weight = trace.Weights!.ValueAt(validator, miner).ToDouble(), consensus = Result.Numbers.Consensus[miner].ToDouble();
            common += Math.Min(weight, consensus);
            all += Math.Max(weight, consensus);
        }

        return all == 0 ? 0 : common / all;
    }

    private PairExplanation Pair(int validator, ushort miner, I32F32 parts)
    {
        int index = Input.Weights.ColumnsOf(validator).IndexOf(miner);
        WeightMask mask = index < 0 ? WeightMask.None : MaskOf(validator, miner);
        I32F32 normalised = trace.Weights!.ValueAt(validator, miner), clipped = trace.Clipped!.ValueAt(validator, miner);
        I32F32 part = DividendPart(validator, miner);
        return new PairExplanation
        {
            Validator = validator,
            Miner = miner,
            RawWeight = index < 0 ? null : Input.Weights.ValuesOf(validator)[index],
            Mask = mask,
            Normalised = normalised,
            Consensus = Result.Numbers.Consensus[miner],
            Clipped = clipped,
            RawWeightWithinConsensus = normalised > clipped ? WithinConsensus(validator, miner) : null,
            Contribution = Result.Numbers.ActiveStake[validator] * clipped,
            BondWeight = trace.BondWeights!.ValueAt(validator, miner),
            BondBefore = Input.Bonds.ValueAt(validator, miner),
            BondOutdated = Input.Bonds.ColumnsOf(validator).Contains(miner) && Input.BlockAtRegistration[miner] >= OldBonds.OutdatedFrom(Input),
            Rate = RateOf(validator, miner),
            BondAfter = Result.Bonds.ValueAt(validator, miner),
            BondShare = trace.BondShares!.ValueAt(validator, miner),
            DividendPart = part,
            DividendAmount = parts.Bits == 0
                ? 0
                : (ulong)((UInt128)Result.ValidatorEmission[validator] * (ulong)part.Bits / (ulong)parts.Bits),
        };
    }

    private WeightMask MaskOf(int validator, int miner)
    {
        ulong registered = Input.BlockAtRegistration[miner];
        return !trace.OldPermits[validator] ? WeightMask.NoPermit
            : miner == validator && validator != Input.OwnerUid ? WeightMask.SelfWeight
            : registered >= Input.LastUpdate[validator] ? WeightMask.MinerNewerThanWeights
            : registered >= WeightMasks.OutdatedFrom(Input, validator) ? WeightMask.MinerNewerThanCommit
            : WeightMask.None;
    }

    /// <summary><c>v / (rest + v) &lt;= C</c> solved for v.</summary>
    private ushort WithinConsensus(int validator, int miner)
    {
        ReadOnlySpan<ushort> columns = Input.Weights.ColumnsOf(validator);
        ReadOnlySpan<ushort> values = Input.Weights.ValuesOf(validator);
        ulong rest = 0;
        for (int k = 0; k < columns.Length; k++)
        {
            bool counts = columns[k] != miner && MaskOf(validator, columns[k]) == WeightMask.None;
            rest += counts ? values[k] : 0UL;
        }

        ulong consensus = (ulong)Result.Numbers.Consensus[miner].Bits, one = (ulong)I32F32.One.Bits;
        return consensus >= one ? ushort.MaxValue : (ushort)UInt128.Min(ushort.MaxValue, (UInt128)consensus * rest / (one - consensus));
    }

    private I32F32 RateOf(int validator, ushort miner)
    {
        int index = trace.Rates is null ? -1 : trace.BondWeights!.ColumnsOf(validator).IndexOf(miner);

        // Under liquid alpha a bond without a weight is lost at once: that is a rate of 1.
        return trace.Rates is null ? trace.FixedRate
            : index < 0 ? I32F32.One
            : trace.Rates[trace.BondWeights!.RowStarts[validator] + index];
    }

    private I32F32 DividendPart(int validator, int miner) =>
        trace.BondShares!.ValueAt(validator, miner) * Result.Numbers.Incentive[miner];

    private NeuronExplanation[] Describe(IReadOnlyList<ushort>? takes)
    {
        int n = Input.NeuronCount;
        EpochNumbers numbers = Result.Numbers;
        int[] pruning = [.. Enumerable.Range(0, n).OrderBy(u => (Result.Emission[u], Input.BlockAtRegistration[u], u))];
        int[] places = new int[n];
        for (int place = 0; place < n; place++)
        {
            places[pruning[place]] = place;
        }

        NeuronExplanation[] neurons = new NeuronExplanation[n];
        for (int uid = 0; uid < n; uid++)
        {
            DelegateTake take = DelegateTake.Split(U96F32.FromInteger(Result.ValidatorEmission[uid]), takes?[uid] ?? 0);
            neurons[uid] = new NeuronExplanation
            {
                Uid = uid,
                Active = Result.Active[uid],
                HadPermit = trace.OldPermits[uid],
                HasPermit = Result.ValidatorPermit[uid],
                AlphaStake = Input.AlphaStake[uid],
                RootStake = Input.RootStake[uid],
                Stake = Result.Stake[uid],
                BelowThreshold = IsBelowThreshold(uid),
                StakeShare = numbers.Stake[uid],
                ActiveShare = numbers.ActiveStake[uid],
                PermitDistance = PermitDistance(uid),
                PruningPlace = places[uid],
                PruningDistance = Result.Emission[uid] - Result.Emission[pruning[0]],
                Consensus = numbers.Consensus[uid],
                Prerank = numbers.Prerank[uid],
                Rank = numbers.Rank[uid],
                Trust = numbers.Trust[uid],
                ValidatorTrust = numbers.ValidatorTrust[uid],
                Incentive = numbers.Incentive[uid],
                Dividends = numbers.Dividends[uid],
                ServerEmission = Result.ServerEmission[uid],
                ValidatorEmission = Result.ValidatorEmission[uid],
                Emission = Result.Emission[uid],
                Take = take.Take,
                ToNominators = take.Rest,
            };
        }

        return neurons;
    }

    private bool IsBelowThreshold(int uid) => Result.Stake[uid] < Input.StakeThreshold && uid != Input.OwnerUid;

    /// <summary>The owner's permit is not earned by stake, so it neither takes part nor sets the mark.</summary>
    private Int128? PermitDistance(int uid)
    {
        bool mine = Result.ValidatorPermit[uid];
        ulong? mark = null;
        for (int other = 0; other < Input.NeuronCount; other++)
        {
            if (other != Input.OwnerUid && Result.ValidatorPermit[other] != mine && (mine ? Counted(other) > 0 : true))
            {
                ulong stake = Counted(other);
                mark = mark is not { } known ? stake : mine ? Math.Max(known, stake) : Math.Min(known, stake);
            }
        }

        return mark is { } found ? (Int128)Counted(uid) - found : null;
    }

    private ulong Counted(int uid) => IsBelowThreshold(uid) ? 0 : Result.Stake[uid];

    private static UInt128 Sum(IEnumerable<ulong> amounts) => amounts.Aggregate(UInt128.Zero, (sum, a) => sum + a);
}
