using System.Globalization;
using Subnet.Core.State;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Node;
using Subnet.Health.Scoring;
using Subnet.Health.Validator;

namespace Subnet.Health.Network.Demo;

/// <summary>What a demonstration is asked for.</summary>
/// <param name="Folder">Where everything is left; must not exist or be empty.</param>
/// <param name="Seed">Where the keys come from; null for keys that nobody else has.</param>
/// <param name="Budget">How much is done.</param>
/// <param name="SampleSearch">The folder from which samples are looked for.</param>
internal sealed record DemoOptions(string Folder, ulong? Seed, DemoBudget Budget, string SampleSearch)
{
    /// <summary>Who brings the parties up; each in this process by default.</summary>
    public Func<DemoPlace, IDemoCast> CastOf { get; init; } = static place => new LocalCast(place);
}

/// <summary>
/// Runs the demonstration from the first block to the verified logs. Parties decide and measure for themselves; what is done here is to make blocks, to play the clinics' staff,
/// and to write down what came of it.
/// </summary>
/// <param name="options">What is asked for.</param>
/// <param name="say">Told what happens, while it happens.</param>
/// <param name="time">The clock.</param>
/// <param name="loggers">The parties' logs.</param>
internal sealed class DemoRun(DemoOptions options, Action<string> say, TimeProvider time, ILoggerFactory loggers)
{
    private const int FsyncProbes = 15;

    // At most nine keys of issuers and six anchors of miners are handed over when an access epoch begins, each in a block of its own.
    private const int SettlingBlocks = 20;

    private readonly List<DemoPhase> phases = [];
    private readonly long began = time.GetTimestamp();
    private long phaseBegan = time.GetTimestamp();

    /// <summary>Runs it.</summary>
    /// <exception cref="DirectoryNotFoundException">There are no samples.</exception>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    public async Task<DemoReport> RunAsync(CancellationToken cancellationToken)
    {
        using OperatingSystemRandomSource fresh = new();
        using NetworkSeed seed = options.Seed is { } number ? NetworkSeed.Of(number) : NetworkSeed.Fresh(fresh);
        SampleFolder samples = SampleFolder.Find(options.SampleSearch);
        double fsync = MeasureFsync();
        DemoPlace place = new(options.Folder, seed, samples, new DemoKeys(seed, options.Folder), time, loggers);
        DemoNetwork network = await DemoNetwork.CreateAsync(place, NetworkShape.Demo, options.CastOf, cancellationToken).ConfigureAwait(false);
        DemoOutcome outcome;
        DemoAsking asking = new();
        int tokens = 0;
        double composite;
        ulong started;
        try
        {
            Done("ledger", $"{DemoPlan.Subnets.Count} subnets, {DemoPlan.Validators.Count} validators and {DemoPlan.Miners.Count} miners registered, block {network.Pacer.Height}");
            await network.StartIssuersAsync(cancellationToken).ConfigureAwait(false);
            await network.StartMinersAsync(cancellationToken).ConfigureAwait(false);
            await network.StartValidatorsAsync(options.Budget, cancellationToken).ConfigureAwait(false);
            await network.OpenClinicsAsync(cancellationToken).ConfigureAwait(false);
            Done("parties", $"models compiled, commitments on the ledger, everybody serves, block {network.Pacer.Height}");
            await network.BuyTokensAsync(options.Budget, count => tokens = count, cancellationToken).ConfigureAwait(false);
            Done("tokens", $"{tokens} unlinkable tokens bought, block {network.Pacer.Height}");

            started = await AlignAsync(network, cancellationToken).ConfigureAwait(false);
            await RunEpochsAsync(network, asking, cancellationToken).ConfigureAwait(false);
            foreach (DemoSubnet subnet in DemoPlan.Subnets)
            {
                asking.AddTable(
                    subnet.Netuid, await network.Clinics[DemoPlan.TableClinic].AskTableAsync(subnet.Netuid, options.Budget, cancellationToken).ConfigureAwait(false));
                Done("clinic " + subnet.Name, $"{asking.Patients.Count} patients' risks decrypted so far");
            }

            composite = await network.Clinics[DemoPlan.TableClinic].MeasureCompositionAsync(options.Budget.CompositeRounds, cancellationToken).ConfigureAwait(false);
            Done("composition", "two models of two subnets asked at once");
            DemoOrganicResult? organic = null;
            if (options.Budget.OrganicPatients > 0)
            {
                await network.Clinics[DemoPlan.TableClinic].AskForOutcomesAsync(DemoPlan.Subnets[2].Netuid, options.Budget.OrganicPatients, cancellationToken).ConfigureAwait(false);
                Done("outcomes", $"{options.Budget.OrganicPatients} patients asked about, their outcomes reported");
                organic = await ScoreAsync(network, DemoPlan.Subnets[2].Netuid, cancellationToken).ConfigureAwait(false);
                Done("organic", $"{organic.Validators} of {DemoPlan.Validators.Count} validators scored them under encryption, block {network.Pacer.Height}");
            }

            await AnchorAsync(network, cancellationToken).ConfigureAwait(false);
            outcome = await DemoOutcome.ReadAsync(network, asking, organic, options, started, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await network.DisposeAsync().ConfigureAwait(false);
        }

        network.WriteNetworkFile(isRunning: false);
        Done("end", "every party stopped, logs closed");
        (DemoResult result, long entries) = outcome.Conclude(options, cancellationToken);
        Done("review", $"{result.Logs.Count} logs verified, the ledger executed again");
        DemoMeasured measured = new(
            phases,
            Math.Round(time.GetElapsedTime(began).TotalSeconds, 3),
            [.. DemoPlan.Subnets.Select(subnet => Math.Round(asking.MedianMs(subnet.Netuid), 3))],
            Math.Round(composite, 4),
            fsync,
            tokens,
            outcome.ValidatorQueries,
            entries,
            new FileInfo(Path.Combine(options.Folder, "node", "ledger.db")).Length,
            asking.ReviewedEvent ?? "");
        return new DemoReport(options.Folder, result, measured);
    }

    /// <summary>Makes blocks until the tokens' epoch has begun, everybody has done what that asks for, and subnet 1 begins an epoch; always at the same height.</summary>
    private async Task<ulong> AlignAsync(DemoNetwork network, CancellationToken cancellationToken)
    {
        while (await network.Ledger.GetAccessEpochAsync(cancellationToken).ConfigureAwait(false) < 1)
        {
            await network.Pacer.BlockAsync([], cancellationToken).ConfigureAwait(false);
        }

        await network.SettleAsync(cancellationToken).ConfigureAwait(false);
        while (network.Pacer.Height < DemoGenesis.AccessEpochBlocks + SettlingBlocks
            || (await EpochClock.ReadAsync(network.Ledger, DemoPlan.Subnets[0].Netuid, cancellationToken).ConfigureAwait(false))!.Value.Offset != 0)
        {
            await network.Pacer.BlockAsync([], cancellationToken).ConfigureAwait(false);
        }

        Done("start", $"the tokens' epoch has begun, block {network.Pacer.Height}");
        return network.Pacer.Height;
    }

    /// <summary>Has three of the validators score a clinic's patients: makes the blocks that draw them.</summary>
    private static async Task<DemoOrganicResult> ScoreAsync(DemoNetwork network, ushort netuid, CancellationToken cancellationToken)
    {
        BeaconStep steps = new();
        Task<DemoOrganicResult> run = network.Clinics[DemoPlan.TableClinic].ScoreAsync(netuid, steps, cancellationToken);
        await network.Pacer.PumpAsync(Task.WhenAny(run, steps.Reached), cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < ScoringSettings.BeaconDelay; i++)
        {
            await network.Pacer.BlockAsync([], cancellationToken).ConfigureAwait(false);
        }

        return await network.Pacer.PumpAsync(run, cancellationToken).ConfigureAwait(false);
    }

    private async Task RunEpochsAsync(DemoNetwork network, DemoAsking asking, CancellationToken cancellationToken)
    {
        int blocks = options.Budget.Epochs * DemoBudget.Tempo;
        List<AccountId> waiting = [];
        for (int block = 0; block < blocks; block++)
        {
            int subnet = block - (DemoBudget.FirstPaidEpoch * DemoBudget.Tempo);
            Task emission = Task.CompletedTask;
            if (subnet >= 0 && subnet < DemoPlan.Subnets.Count)
            {
                emission = network.StartEmissionAsync(DemoPlan.Subnets[subnet].Netuid, cancellationToken);
                waiting.Add(new AccountId(network.Keys.Cold(DemoKeys.Owner).PublicKey));
            }

            if (block > 0)
            {
                await network.Pacer.BlockAsync(waiting, cancellationToken).ConfigureAwait(false);
            }

            await emission.ConfigureAwait(false);
            AccountId?[] handedOver = await Task.WhenAll(network.Validators.Select(async validator =>
                await validator.Value.AdvanceAsync(cancellationToken).ConfigureAwait(false) ? network.Keys.Account("validator-" + validator.Key) : (AccountId?)null)).ConfigureAwait(false);
            waiting = [.. handedOver.OfType<AccountId>()];
            if (block == DemoBudget.Tempo + (DemoBudget.Tempo / 2))
            {
                // In an audited epoch, so that a reviewer can follow one of these queries to verdict, weight and emission.
                asking.AddRecords(await network.Clinics[DemoPlan.FhirClinic].AskRecordsAsync(cancellationToken).ConfigureAwait(false));
                Done("clinic FHIR", $"{asking.Patients.Count} FHIR records asked, the exercise test's findings entered");
            }

            if ((block + 1) % DemoBudget.Tempo == 0)
            {
                Done(
                    string.Create(CultureInfo.InvariantCulture, $"epoch {((block + 1) / DemoBudget.Tempo) - 1}"),
                    $"block {network.Pacer.Height}: {await DescribeEpochAsync(network, cancellationToken).ConfigureAwait(false)}");
            }
        }
    }

    private static async Task<string> DescribeEpochAsync(DemoNetwork network, CancellationToken cancellationToken)
    {
        string first = DemoPlan.Validators[0].Name;
        DemoTally tally = await network.Validators[first].TallyAsync(cancellationToken).ConfigureAwait(false);
        return $"{first} has {tally.For} verdicts for and {tally.Against} against miners";
    }

    private async Task AnchorAsync(DemoNetwork network, CancellationToken cancellationToken)
    {
        List<Func<Task>> anchors =
        [
            .. network.Miners.Values.Select(miner => (Func<Task>)(() => miner.AnchorAsync(cancellationToken))),
            .. network.Validators.Values.Select(validator => (Func<Task>)(() => validator.AnchorAsync(cancellationToken))),
            .. network.Clinics.Values.Select(clinic => (Func<Task>)(() => clinic.AnchorAsync(cancellationToken))),
        ];
        foreach (Func<Task> anchor in anchors)
        {
            await network.Pacer.PumpAsync(anchor(), cancellationToken).ConfigureAwait(false);
        }

        Done("anchors", $"the checkpoints of {anchors.Count} logs are on the ledger, block {network.Pacer.Height}");
    }

    private double MeasureFsync()
    {
        Directory.CreateDirectory(options.Folder);
        string probe = Path.Combine(options.Folder, "fsync.probe");
        List<double> times = [];
        using (FileStream stream = new(probe, FileMode.Create, FileAccess.Write))
        {
            for (int i = 0; i < FsyncProbes; i++)
            {
                long started = time.GetTimestamp();
                stream.WriteByte((byte)i);
                stream.Flush(flushToDisk: true);
                times.Add(time.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        File.Delete(probe);
        return Math.Round(times.Order().ElementAt(FsyncProbes / 2), 3);
    }

    private void Done(string phase, string sentence)
    {
        double seconds = time.GetElapsedTime(phaseBegan).TotalSeconds;
        phases.Add(new DemoPhase(phase, Math.Round(seconds, 3)));
        phaseBegan = time.GetTimestamp();
        say(string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(began).TotalSeconds,6:F1} s  {phase}: {sentence}"));
    }

    /// <summary>Tells when the window's seeds are in and the beacon is waited for.</summary>
    private sealed class BeaconStep : IProgress<string>
    {
        private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => reached.Task;

        public void Report(string value)
        {
            if (value == "beacon")
            {
                reached.TrySetResult();
            }
        }
    }
}
