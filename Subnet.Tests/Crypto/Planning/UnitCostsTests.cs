using Subnet.Crypto.Planning;
using Subnet.Crypto.Rlwe;
using Subnet.Tests.Crypto.Rlwe;
using Subnet.Tests.Support;

namespace Subnet.Tests.Crypto.Planning;

internal sealed class UnitCostsTests
{
    private const int Degree = 1024;
    private const int Repetitions = 64;
    private const int Rounds = 9;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly Parameters _parameters = NoiseBoundsTests.Create(Degree, 12289, true, 50, 50);

    [Test]
    public void A_round_on_the_given_clock_is_divided_by_what_it_does()
    {
        UnitCosts costs = UnitCosts.Measure(_parameters, new CountingClock(_ => Tick));
        double each = Tick.TotalNanoseconds / Repetitions;
        Assert.That(costs.NanosecondsPerButterfly, Is.EqualTo(each / (Degree * 10 / 2)).Within(1e-9));
        Assert.That(costs.NanosecondsPerProduct, Is.EqualTo(each / Degree).Within(1e-9));
    }

    [Test]
    public void Operations_run_four_tenths_of_a_second_before_a_round_counts()
    {
        CountingClock clock = new(_ => Tick);
        UnitCosts.Measure(_parameters, clock);
        int warmUp = (int)(TimeSpan.FromMilliseconds(400) / Tick);
        Assert.That(clock.Readings, Is.EqualTo(2 * (1 + warmUp + (2 * Rounds))));
    }

    [Test]
    public void The_quickest_round_counts()
    {
        // The last round of each of the two measurements takes half as long.
        int readings = 1 + 400 + (2 * Rounds);
        UnitCosts costs = UnitCosts.Measure(_parameters, new CountingClock(reading => reading % readings == 0 ? Tick / 2 : Tick));
        Assert.That(costs.NanosecondsPerProduct, Is.EqualTo(Tick.TotalNanoseconds / 2 / Repetitions / Degree).Within(1e-9));
    }

    [Test]
    public void A_clock_that_stands_still_ends_the_warm_up_nevertheless() =>
        Assert.That(UnitCosts.Measure(_parameters, new StandingClock()), Is.EqualTo(new UnitCosts(0, 0)));

    /// <summary>Goes on by a step whenever it is read.</summary>
    private sealed class CountingClock(Func<int, TimeSpan> step) : TimeProvider
    {
        private TimeSpan _now;

        public int Readings { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp()
        {
            Readings++;
            _now += step(Readings);
            return _now.Ticks;
        }
    }
}
