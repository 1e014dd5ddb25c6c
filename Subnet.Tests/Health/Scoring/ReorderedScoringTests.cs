using Subnet.Health.Scoring;

namespace Subnet.Tests.Health.Scoring;

/// <summary>Messages of organic scoring that overtake each other or come twice: refused by name, or without any effect.</summary>
[TestFixture]
internal sealed class ReorderedScoringTests
{
    [Test]
    public async Task Messages_that_come_before_their_step_are_refused_by_name_and_the_orderly_ones_after_them_give_the_same_score()
    {
        await using ScoringFixture fixture = new();
        await fixture.OpenSeedsAsync();
        IReadOnlyList<ScoringMessage> openings = await fixture.Clinic.OpenAsync();
        ScoringMessage orderly = (await fixture.PublishAsync(openings[0]))[1].Score!;
        ScoringMessage window = fixture.Transcript[0], batch = fixture.Transcript[1];
        ScoringMessage[] commits = [.. fixture.Transcript.Where(message => ScoreCommitMessage.TryRead(message, fixture.ClinicKey.PublicKey) is not null)];
        Assert.That(commits, Is.Not.Empty);
        ScoringMessage[] seeds = [.. fixture.Clinic.SeedOpenings], outputs = [.. fixture.Clinic.Outputs];

        using SqliteScoringStore store = fixture.SeedsOf(0);
        ValidatorScoring late = ValidatorScoring.TryBegin(window, fixture.ValidatorKeys[0], store, fixture.Log, fixture.Clock, fixture.Settings.Timetable)!;
        Assert.That((await late.AcceptOpeningAsync(openings[0])).Fault, Is.EqualTo(ScoringFault.OutOfPlace), "an opening before the batch");
        Assert.That(late.AcceptSeedOpening(seeds[0]), Is.EqualTo(ScoringFault.OutOfPlace), "a seed before the batch");
        Assert.That(late.AcceptOutputs(outputs[0]), Is.EqualTo(ScoringFault.Malformed), "outputs of a batch that is not known");
        Assert.That((await late.AcceptCommitsAsync(commits)).Fault, Is.EqualTo(ScoringFault.OutOfPlace), "commitments before the batch open no seed");

        IReadOnlyList<ScoringMessage> once = (await late.EvaluateAsync(batch, fixture.Beacon)).Outputs;
        IReadOnlyList<ScoringMessage> twice = (await late.EvaluateAsync(batch, fixture.Beacon)).Outputs;
        Assert.That(twice.Select(Hash), Is.EqualTo(once.Select(Hash)), "the batch again gives the same outputs");
        Assert.That((await late.AcceptOpeningAsync(openings[0])).Fault, Is.EqualTo(ScoringFault.OutOfPlace), "an opening before the commitments");

        ScoringMessage seed = (await late.AcceptCommitsAsync(commits)).Seed!;
        Assert.That(Hash((await late.AcceptCommitsAsync(commits)).Seed!), Is.EqualTo(Hash(seed)), "the commitments again give the same seed");
        Assert.That((await late.AcceptOpeningAsync(openings[0])).Fault, Is.EqualTo(ScoringFault.SeedWithheld), "an opening before the seeds");
        foreach (ScoringMessage message in seeds.Reverse().Concat(seeds))
        {
            Assert.That(late.AcceptSeedOpening(message), Is.EqualTo(ScoringFault.None));
        }

        Assert.That((await late.AcceptOpeningAsync(openings[0])).Fault, Is.EqualTo(ScoringFault.OutOfPlace), "an opening before the outputs");
        foreach (ScoringMessage message in outputs.Reverse().Concat(outputs))
        {
            Assert.That(late.AcceptOutputs(message), Is.EqualTo(ScoringFault.None));
        }

        (ScoringMessage? score, ScoringFault fault) = await late.AcceptOpeningAsync(openings[0]);
        Assert.That(fault, Is.EqualTo(ScoringFault.None));
        Assert.That(Hash((await late.AcceptOpeningAsync(openings[0])).Score!), Is.EqualTo(Hash(score!)), "the opening again gives the same score");
        Assert.That(PublicScore.TryRead(score!)!.Value, Is.EqualTo(PublicScore.TryRead(orderly)!.Value), "as at a validator that had everything in order");

        OrganicOutcome outcome = late.Conclude().Single();
        Assert.That((outcome.Fault, outcome.ClinicOwesFee), Is.EqualTo((ScoringFault.None, false)), "nobody is blamed for the order");
        store.Count(late.Batch!, late.Drawn, late.Conclude(), late.Findings);
        Assert.That(store.Read().Select(rate => (rate.NotOpened, rate.NotSeeded)), Is.All.EqualTo((0L, 0L)).And.Exactly(2).Items, "nor counted as one who kept a seed back");
    }

    [Test]
    public async Task Clinic_takes_outputs_and_seeds_that_come_twice_once_and_none_that_come_after_their_step()
    {
        await using ScoringFixture fixture = new();
        await fixture.OpenSeedsAsync();
        ScoringMessage[] outputs = [.. fixture.Clinic.Outputs], seeds = [.. fixture.Clinic.SeedOpenings];
        foreach (ScoringMessage message in outputs)
        {
            fixture.Clinic.AcceptOutputs(message);
        }

        foreach (ScoringMessage message in seeds.Reverse())
        {
            fixture.Clinic.AcceptSeedOpening(message);
        }

        Assert.That(fixture.Clinic.Outputs.Select(Hash), Is.EqualTo(outputs.Select(Hash)));
        Assert.That(fixture.Clinic.SeedOpenings.Select(Hash), Is.EquivalentTo(seeds.Select(Hash)));
        Assert.That(fixture.Clinic.Findings, Is.Empty);
        Assert.That((await fixture.PublishAsync((await fixture.Clinic.OpenAsync())[0])).Select(score => score.Fault), Is.All.EqualTo(ScoringFault.None));
    }

    private static string Hash(ScoringMessage message) => Convert.ToHexStringLower(message.Signed.Hash);
}
