using Subnet.Crypto.Comparison;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Clinic;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Scoring;

namespace Subnet.Health.Network.Demo;

/// <summary>
/// One batch of organic scoring: a clinic lets three of the four validators compute a miner's error over 256 of its own patients, under encryption. What they learn is one
/// rounded number.
/// </summary>
/// <param name="network">The parties.</param>
/// <param name="time">The clock.</param>
internal sealed class DemoOrganic(DemoNetwork network, TimeProvider time)
{
    /// <summary>Scores a clinic's patients of a subnet whose outcomes it reported.</summary>
    /// <exception cref="InvalidOperationException">The validators did not score the batch.</exception>
    public async Task<DemoOrganicResult> RunAsync(DemoSubnet subnet, CancellationToken cancellationToken)
    {
        ClinicClient clinic = network.Clinics[DemoPlan.TableClinic];
        string folder = Path.Combine(network.Home, "clinic", DemoPlan.TableClinic);
        HistoryEntry[] entries = [.. await clinic.History.WithOutcomeAsync(subnet.Netuid, DateTimeOffset.MinValue).ConfigureAwait(false)];
        DemoMiner miner = DemoPlan.HonestOf(subnet.Netuid);
        ScoringSettings settings = ScoringSettings.Default with { Patients = entries.Length };
        using SqliteScoringStore scored = new(Path.Combine(folder, "scoring.db"), network.RandomOf("clinic/scored").Create());
        using ClinicScoring scoring = new(
            subnet.Netuid,
            ScoringMeasure.SquaredError(),
            [new PanelMiner(network.HotkeyOf(miner), Convert.FromHexString(entries[0].Card))],
            [.. entries.Select(CaseOf)],
            settings,
            network.Keys.Cold("clinic-" + DemoPlan.TableClinic),
            scored,
            new ScoringLog(clinic.Log.Recorder),
            time,
            network.RandomOf("clinic/organic"));
        List<ScoringPeer> peers = [.. DemoPlan.Validators.Select(validator => new ScoringPeer(
            network.Keys.Hot("validator-" + validator.Name).PublicKey.ToArray(), new GrpcChannel(network.Validators[validator.Name].Address, new GrpcChannelOptions(), time)))];
        try
        {
            Steps steps = new();
            Task<OrganicScoringResult> run = new OrganicScoringRun(
                scoring, subnet.Netuid, peers, new LedgerScoringChain(network.Ledger), new PhysicalLogFiles(Path.Combine(folder, "log")), clinic.LogOrigin,
                clinic.AnchorAsync, settings.Timetable).RunAsync(steps, cancellationToken);
            await network.Pacer.PumpAsync(Task.WhenAny(run, steps.Beacon), cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < ScoringSettings.BeaconDelay; i++)
            {
                await network.Pacer.BlockAsync(0, cancellationToken).ConfigureAwait(false);
            }

            OrganicScoringResult result = await network.Pacer.PumpAsync(run, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Tells when the window's seeds are in and the beacon is waited for.</summary>
    private sealed class Steps : IProgress<string>
    {
        private readonly TaskCompletionSource beacon = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Beacon => beacon.Task;

        public void Report(string value)
        {
            if (value == "beacon")
            {
                beacon.TrySetResult();
            }
        }
    }
}
