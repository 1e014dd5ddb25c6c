using Subnet.Health.Cli.Doctor;

namespace Subnet.Tests.Health.Cli;

/// <summary>What <c>subnet doctor</c> says of a clock.</summary>
[TestFixture]
internal sealed class ClockCheckTests
{
    [Test]
    public async Task Thread_that_was_stopped_between_two_clocks_once_is_no_drift_and_a_clock_that_runs_wrong_is_one_each_time()
    {
        DoctorCheck busy = await MachineChecks.ClockAsync(new Uneven(3), CancellationToken.None);
        DoctorCheck wrong = await MachineChecks.ClockAsync(new Uneven(int.MaxValue), CancellationToken.None);
        Assert.That((busy.Status, wrong.Status), Is.EqualTo((CheckStatus.Ok, CheckStatus.Failed)), $"{busy.Detail}; {wrong.Detail}");
    }

    /// <summary>Its wall clock is further ahead at each of its first readings.</summary>
    private sealed class Uneven(int readings) : TimeProvider
    {
        private int left = readings;
        private TimeSpan ahead;

        public override DateTimeOffset GetUtcNow()
        {
            ahead += left-- > 0 ? TimeSpan.FromSeconds(1) : TimeSpan.Zero;
            return base.GetUtcNow() + ahead;
        }
    }
}
