using System.Text.Json;
using Subnet.Crypto.Comparison;

namespace Subnet.Health.Scoring;

/// <summary>What a batch begins with, as its journal keeps it: the seed of its secrets, and cases with what was predicted and what happened.</summary>
/// <param name="Seed">64 bytes.</param>
/// <param name="Netuid">The subnet.</param>
/// <param name="Measure">What is computed.</param>
/// <param name="Panel">Sorted by hotkey.</param>
/// <param name="Cases">None of them scored before.</param>
/// <param name="Settings">Sizes, publication, deadlines.</param>
internal sealed record ClinicScoringStart(
    byte[] Seed, ushort Netuid, ScoringMeasure Measure, IReadOnlyList<PanelMiner> Panel, IReadOnlyList<ScoringCase> Cases, ScoringSettings Settings)
{
    private const int SeedBytes = 64;

    /// <summary>The bytes; they hold patients' outcomes.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(new Form(
        Seed,
        Netuid,
        Measure.Word,
        [.. Panel.Select(miner => new MinerForm(miner.Miner.ToArray(), miner.Card.ToArray()))],
        [.. Cases.Select(item => new CaseForm([.. item.Predictions.Select(p => new PredictionForm(p.Event, p.Salt.ToArray(), p.Prediction.ToArray()))], item.Label))],
        Settings.Patients,
        Settings.Validators,
        Settings.Publication.EpsilonThousandths,
        [Settings.Timetable.Outputs.Ticks, Settings.Timetable.Commit.Ticks, Settings.Timetable.Seeds.Ticks, Settings.Timetable.Open.Ticks]));

    /// <summary>Reads the bytes; null where they are none.</summary>
    public static ClinicScoringStart? TryRead(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<Form>(bytes.Span) is { Seed.Length: SeedBytes, Times.Length: 4 } form && ScoringMeasure.TryParse(form.Measure, out ScoringMeasure? measure)
                ? new ClinicScoringStart(
                    form.Seed,
                    form.Netuid,
                    measure,
                    [.. form.Panel.Select(miner => new PanelMiner(miner.Miner, miner.Card))],
                    [.. form.Cases.Select(item => new ScoringCase([.. item.Predictions.Select(p => new PredictionCommitment(p.Event, p.Salt, p.Prediction))], item.Label))],
                    new ScoringSettings(
                        form.Patients,
                        form.Validators,
                        new ScorePublication(form.Epsilon),
                        new ScoringTimetable(new TimeSpan(form.Times[0]), new TimeSpan(form.Times[1]), new TimeSpan(form.Times[2]), new TimeSpan(form.Times[3]))))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Form(
        byte[] Seed, ushort Netuid, string Measure, MinerForm[] Panel, CaseForm[] Cases, int Patients, int Validators, int Epsilon, long[] Times);

    private sealed record MinerForm(byte[] Miner, byte[] Card);

    private sealed record CaseForm(PredictionForm[] Predictions, byte Label);

    private sealed record PredictionForm(string Event, byte[] Salt, byte[] Prediction);
}
