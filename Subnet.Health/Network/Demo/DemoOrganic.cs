using Subnet.Crypto.Comparison;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Clinic;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Scoring;
using Subnet.Health.Wallets;

namespace Subnet.Health.Network.Demo;

/// <summary>
/// One batch of organic scoring: a clinic lets three of the four validators compute a miner's error over 256 of its own patients, under encryption. What they learn is one
/// rounded number.
/// </summary>
/// <param name="name">The clinic.</param>
/// <param name="clinic">Its gateway.</param>
/// <param name="world">The others.</param>
internal sealed class DemoOrganic(string name, ClinicClient clinic, DemoWorld world)
{
    /// <summary>Scores a clinic's patients of a subnet whose outcomes it reported.</summary>
    /// <exception cref="InvalidOperationException">The validators did not score the batch.</exception>
    public async Task<DemoOrganicResult> RunAsync(DemoSubnet subnet, IProgress<string> steps, CancellationToken cancellationToken)
    {
        DemoPlace place = world.Place;
        string folder = Path.Combine(place.Home, "clinic", name);
        HistoryEntry[] entries = [.. await clinic.History.WithOutcomeAsync(subnet.Netuid, DateTimeOffset.MinValue).ConfigureAwait(false)];
        DemoMiner miner = DemoPlan.HonestOf(subnet.Netuid);
        ScoringSettings settings = ScoringSettings.Default with { Patients = entries.Length };
        using SqliteScoringStore scored = new(Path.Combine(folder, "scoring.db"), place.RandomOf("clinic/scored").Create());
        using AtRestKey atRest = AtRestKey.Derive(place.Keys.Cold("clinic-" + name), "organic", place.RandomOf("clinic/organic-journal").Create());
        using ScoringJournal journal = new(Path.Combine(folder, "organic.journal"), atRest);
        byte[] seed = new byte[64];
        using (IRandomSource random = place.RandomOf("clinic/organic").Create())
        {
            random.Fill(seed);
        }

        using DurableClinicScoring scoring = DurableClinicScoring.Begin(
            seed,
            subnet.Netuid,
            ScoringMeasure.SquaredError(),
            [new PanelMiner(world.HotkeyOf(miner), Convert.FromHexString(entries[0].Card))],
            [.. entries.Select(CaseOf)],
            settings,
            place.Keys.Cold("clinic-" + name),
            scored,
            new ScoringLog(clinic.Log),
            journal,
            place.Time);
        List<ScoringPeer> peers = [.. DemoPlan.Validators.Select(validator => new ScoringPeer(
            place.Keys.Hot("validator-" + validator.Name).PublicKey.ToArray(), new GrpcChannel(world.Addresses.Validator(validator.Name), new GrpcChannelOptions(), place.Time)))];
        try
        {
            OrganicScoringResult result = await new OrganicScoringRun(
                scoring, subnet.Netuid, peers, new LedgerScoringChain(world.Ledger), new PhysicalLogFiles(Path.Combine(folder, "log")), clinic.LogOrigin,
                clinic.AnchorAsync, settings.Timetable).RunAsync(steps, cancellationToken).ConfigureAwait(false);
            ScoringTranscript transcript = result.Transcript ?? throw new InvalidOperationException($"organic scoring ended without a batch: {ScoringFaults.Word(result.Fault)}");
            return await ReplayAsync(subnet, miner, transcript, entries, Path.Combine(folder, "organic.transcript"), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            peers.ForEach(peer => peer.Channel.Dispose());
        }
    }

    /// <summary>Writes down what was said, and recomputes it from the file as anyone can.</summary>
    private static async Task<DemoOrganicResult> ReplayAsync(
        DemoSubnet subnet, DemoMiner miner, ScoringTranscript transcript, HistoryEntry[] entries, string path, CancellationToken cancellationToken)
    {
        FileStream stream = File.Create(path);
        await using (stream.ConfigureAwait(false))
        {
            await transcript.WriteAsync(stream, cancellationToken).ConfigureAwait(false);
        }

        if (!ScoringTranscript.TryRead(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), out ScoringTranscript? read, out string? error))
        {
            throw new InvalidOperationException($"the transcript that was just written does not read: {error}");
        }

        ReplayReport report = await Task.Run(() => TranscriptReplay.Run(read, cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false);
        OrganicOutcome outcome = report.Outcomes.Single();
        const double Steps = 255;
        double plain = 1 - entries.Average(entry => Math.Pow((entry.Secret.Prediction!.Value / Steps) - (OutcomeOf(entry) ? 1 : 0), 2));
        return new DemoOrganicResult(
            subnet.Netuid, miner.Name, entries.Length, report.Batch!.ValidatorCount, Math.Round(outcome.Quality ?? double.NaN, 6), Math.Round(plain, 6),
            outcome.Fault == ScoringFault.None && report.IsSound, report.Recomputed);
    }

    private static ScoringCase CaseOf(HistoryEntry entry) => new(
        [new PredictionCommitment(entry.Event, entry.Secret.PredictionSalt, new[] { entry.Secret.Prediction!.Value })], OutcomeOf(entry) ? (byte)1 : (byte)0);

    private static bool OutcomeOf(HistoryEntry entry) => entry.Secret.Outcomes!.Values.Single();
}
