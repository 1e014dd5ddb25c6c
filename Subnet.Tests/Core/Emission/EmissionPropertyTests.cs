using Subnet.Core.Emission;
using Subnet.Core.Numerics;
using Subnet.Core.Registration;
using Subnet.Core.Staking;

namespace Subnet.Tests.Core.Emission;

/// <summary>Nothing is handed out twice, and rounding leaves no more than it may.</summary>
[TestFixture]
internal sealed class EmissionPropertyTests
{
    private const int Rounds = 1000;

    [Test]
    public void Block_emission_never_rises_and_ends_at_the_cap()
    {
        ulong last = BlockEmission.AtIssuance(0);
        for (ulong issuance = 0; issuance <= BlockEmission.SupplyCap; issuance += BlockEmission.SupplyCap / 5000)
        {
            ulong emission = BlockEmission.AtIssuance(issuance);
            Assert.That(emission, Is.LessThanOrEqualTo(last));
            last = emission;
        }

        Assert.That(BlockEmission.AtIssuance(BlockEmission.SupplyCap), Is.Zero);
        Assert.That(BlockEmission.AtIssuance(BlockEmission.SupplyCap - 1), Is.Zero);
        Assert.That(BlockEmission.AtIssuance(ulong.MaxValue), Is.Zero);
    }

    [Test]
    public void Shares_of_subnets_add_up_to_one_at_most()
    {
        Random random = new(51);
        for (int round = 0; round < Rounds; round++)
        {
            int count = random.Next(1, 9);
            I96F32[] prices = [.. Enumerable.Range(0, count).Select(_ => new I96F32(random.NextInt64(1L << random.Next(1, 50))))];
            U96F32[] burned = [.. Enumerable.Range(0, count).Select(_ => new U96F32((UInt128)random.NextInt64((1L << 32) + 1)))];
            bool[] enabled = [.. Enumerable.Range(0, count).Select(_ => random.Next(4) > 0)];
            U64F64[] shares = EmissionShares.ByPrice(prices, burned, enabled);
            U64F64 sum = shares.Aggregate(U64F64.Zero, (s, x) => s + x);
            Assert.That(sum, Is.LessThanOrEqualTo(U64F64.One));
            Assert.That(shares.Where((s, i) => !enabled[i] && s != U64F64.Zero), Is.Empty);
        }

        Assert.That(() => EmissionShares.ByPrice(new I96F32[2], new U96F32[1], new bool[2]), Throws.ArgumentException);
    }

    [Test]
    public void Alpha_split_leaves_three_units_of_dust_at_most()
    {
        Random random = new(52);
        for (int round = 0; round < Rounds; round++)
        {
            ulong amount = (ulong)random.NextInt64(1L << random.Next(1, 62));
            AlphaSplit split = AlphaSplit.Compute(
                U96F32.FromInteger(amount), (ushort)random.Next(65536), random.Next(2) == 0, new U96F32((UInt128)random.NextInt64((1L << 32) + 1)));
            ulong given = split.Owner + split.Server + split.Validator + split.Root;
            Assert.That(given, Is.InRange(amount - Math.Min(amount, 3), amount));
        }
    }

    [Test]
    public void Mechanisms_share_every_unit()
    {
        Random random = new(53);
        for (int round = 0; round < Rounds; round++)
        {
            ulong amount = (ulong)random.NextInt64();
            int count = random.Next(1, 17);
            ushort[]? parts = random.Next(2) == 0 ? null : [.. Enumerable.Range(0, random.Next(count + 1)).Select(_ => (ushort)random.Next((65535 / count) + 1))];
            ulong sum = MechanismSplit.Divide(amount, count, parts).Aggregate(0UL, (s, x) => s + x);
            Assert.That(sum, Is.EqualTo(amount));
        }

        Assert.That(MechanismSplit.Divide(65_535, 2, [1, 2, 65_532]), Is.EqualTo((ulong[])[65_533, 2]), "what has no mechanism goes to the first");
        Assert.That(() => MechanismSplit.Divide(1, 2, [65535, 1]), Throws.ArgumentException);
        Assert.That(() => MechanismSplit.Divide(1, 0, null), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Dividends_never_exceed_their_pots()
    {
        Random random = new(54);
        for (int round = 0; round < Rounds; round++)
        {
            DividendClaim[] claims = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => new DividendClaim(Stake(random), Stake(random), Stake(random)))];
            ulong alphaPot = Stake(random), rootPot = Stake(random);
            (U96F32[] alpha, U96F32[] root) = DividendDistribution.Divide(alphaPot, rootPot, 971_718_665_099_567_868, claims);
            Assert.That(alpha.Aggregate(U96F32.Zero, (s, x) => s + x), Is.LessThanOrEqualTo(U96F32.FromInteger(alphaPot)));
            Assert.That(root.Aggregate(U96F32.Zero, (s, x) => s + x), Is.LessThanOrEqualTo(U96F32.FromInteger(rootPot)));
        }
    }

    [Test]
    public void Parents_child_and_burn_get_the_dividend_and_no_more()
    {
        Random random = new(55);
        for (int round = 0; round < Rounds; round++)
        {
            ParentStake[] parents = [.. Enumerable.Range(0, random.Next(5)).Select(_ =>
                new ParentStake(Stake(random), Stake(random), (ulong)random.NextInt64(), random.Next(2) == 0))];
            ulong dividend = Stake(random);
            ChildKeyDividends split = ChildKeyDividends.Divide(
                dividend, (ushort)random.Next(11_797), (ulong)random.NextInt64(1L << 62), 971_718_665_099_567_868, Stake(random), Stake(random), [], parents);
            UInt128 given = split.Parents.Concat(split.Burned).Append(split.Child).Aggregate(UInt128.Zero, (s, x) => s + x);
            Assert.That(given, Is.LessThanOrEqualTo((UInt128)dividend));
            Assert.That(given + (UInt128)((2 * parents.Length) + 1), Is.GreaterThanOrEqualTo((UInt128)dividend));
        }
    }

    [Test]
    public void Burn_price_halves_in_its_half_life()
    {
        foreach (ushort halfLife in new ushort[] { 1, 10, 360, 7200 })
        {
            ulong factor = BurnPrice.DecayFactor(halfLife), burn = 100_000_000_000;
            for (int block = 2; block < halfLife + 2; block++)
            {
                burn = BurnPrice.Step(burn, 1, ulong.MaxValue, factor, (ulong)block);
            }

            Assert.That(burn, Is.InRange(49_900_000_000UL, 50_100_000_000UL));
        }
    }

    private static ulong Stake(Random random) => random.Next(5) == 0 ? 0UL : (ulong)random.NextInt64(1L << random.Next(1, 55));
}
