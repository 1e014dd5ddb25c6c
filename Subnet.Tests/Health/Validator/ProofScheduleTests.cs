using Subnet.Health.Validator;
using Subnet.Health.Validator.Verdicts;

namespace Subnet.Tests.Health.Validator;

[TestFixture]
internal sealed class ProofScheduleTests
{
    private static readonly ValidatorSettings Settings = new("unused", [1]);
    private static readonly TimeSpan Block = TimeSpan.FromSeconds(12);

    [TestCase(360UL, 300UL, TestName = "Hour_of_the_protocol_is_three_hundred_blocks_of_twelve_seconds")]
    [TestCase(100UL, 85UL, TestName = "Shorter_epoch_leaves_three_minutes_for_signatures")]
    [TestCase(15UL, 1UL, TestName = "Epoch_without_time_for_more_is_asked_about_once")]
    [TestCase(2UL, 1UL, TestName = "Shortest_epoch_is_asked_about_once")]
    public void Last_asking_comes_at(ulong tempo, ulong expected) =>
        Assert.That(new ProofSchedule(Block, Settings).LastOffset(new EpochClock(1, 7, 1000, tempo, 1001)), Is.EqualTo(expected));

    [Test]
    public void Pauses_double_up_to_a_minute_so_that_a_silent_miner_is_asked_some_sixty_times_in_an_hour()
    {
        ProofSchedule schedule = new(Block, Settings);
        List<ulong> offsets = [1];
        while (offsets[^1] < 300)
        {
            offsets.Add(offsets[^1] + schedule.PauseAfter(offsets.Count));
        }

        Assert.That(offsets.Take(6), Is.EqualTo(new ulong[] { 1, 2, 4, 8, 13, 18 }));
        Assert.That(offsets, Has.Count.InRange(55, 70));
        Assert.That(schedule.PauseAfter(int.MaxValue), Is.EqualTo(5));
        Assert.That(new ProofSchedule(TimeSpan.FromMinutes(5), Settings).PauseAfter(9), Is.EqualTo(1), "never none, whatever a block takes");
    }

    [Test]
    public void First_and_last_asking_are_patient_and_those_between_are_short()
    {
        ProofSchedule schedule = new(Block, Settings);
        Assert.That(schedule.TimeoutOf(0, isLast: false), Is.EqualTo(Settings.ProofTimeout));
        Assert.That(schedule.TimeoutOf(5, isLast: true), Is.EqualTo(Settings.ProofTimeout));
        Assert.That(schedule.TimeoutOf(5, isLast: false), Is.EqualTo(TimeSpan.FromSeconds(15)));
    }
}
