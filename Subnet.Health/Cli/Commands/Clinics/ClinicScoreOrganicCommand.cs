using System.CommandLine;
using System.Security.Cryptography;
using Spectre.Console;
using Subnet.Core.State;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Clinic;
using Subnet.Health.Node;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Scoring;
using Subnet.Health.Wallets;

namespace Subnet.Health.Cli.Commands.Clinics;

/// <summary><c>subnet clinic score-organic</c>: has validators score predictions against outcomes, under encryption.</summary>
internal sealed class ClinicScoreOrganicCommand : StateChangingCommand
{
    private readonly ClinicArguments clinic = new();
    private readonly Option<ushort> netuid = new("--netuid") { Description = "The subnet.", HelpName = "NETUID", Required = true };
    private readonly Option<string?> miner = new("--miner") { Description = "Score this miner (default: the one with the most known outcomes).", HelpName = "ADDRESS" };
    private readonly Option<string> measure = new("--measure") { Description = "What is computed: brier-8, auc-6, auc-7, or counts-7-THRESHOLD.", HelpName = "MEASURE", DefaultValueFactory = _ => "brier-8" };
    private readonly Option<int> patients = new("--patients") { Description = "Patients in the batch, at least 256.", HelpName = "N", DefaultValueFactory = _ => ScoringSettings.LeastPatients };
    private readonly Option<int> validators = new("--validators") { Description = "Validators that are drawn, at least 2.", HelpName = "K", DefaultValueFactory = _ => ScoringSettings.Default.Validators };
    private readonly Option<string> output = new("--output") { Description = "The transcript: a file that must not exist; 'subnet validator replay' checks it.", HelpName = "FILE", Required = true };

    public ClinicScoreOrganicCommand()
        : base(
            "score-organic",
            "Have validators score logged predictions against outcomes under encryption, or go on with a batch that was interrupted; write the transcript.",
            new CommandExample("clinic score-organic --netuid 1 --output batch.transcript --wallet-name clinic --yes", "256 reported outcomes and validators that serve"))
    {
        clinic.AddTo(this);
        foreach (Option option in new Option[] { netuid, miner, measure, patients, validators, output })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ClinicScoreOrganicDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string path = context.FullPath(context.Get(output)!);
        if (File.Exists(path))
        {
            throw new CommandException(ErrorCodes.FileExists, $"The file '{path}' exists.", "Choose another name or remove it.");
        }

        if (!ScoringMeasure.TryParse(context.Get(measure), out ScoringMeasure? computed))
        {
            throw new CommandException(ErrorCodes.Usage, $"'{context.Get(measure)}' is no measure.", "Give brier-8, auc-6, auc-7 or counts-7-THRESHOLD.");
        }

        ClinicAccess access = await clinic.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        await using (access.ConfigureAwait(false))
        {
            using OperatingSystemRandomSource random = new();
            using AtRestKey atRest = AtRestKey.Derive(access.Key, "organic", random);
            using SqliteScoringStore store = new(Path.Combine(access.Client.Folder, "scoring.db"), random);
            string journalPath = Path.Combine(access.Client.Folder, "organic.journal");
            bool isInterrupted = File.Exists(journalPath);
            OrganicPanel? panel = isInterrupted ? null : await ChooseAsync(context, access.Client, computed, cancellationToken).ConfigureAwait(false);
            if (context.Get(DryRun))
            {
                Show(context, panel is null
                    ? new ClinicScoreOrganicDocument("", "", "", 0, "dry-run: an interrupted batch would go on", null, [], 0, 0)
                    : new ClinicScoreOrganicDocument(panel.Address, panel.Model, computed.Word, context.Get(patients), "dry-run", null, [], 0, 0));
                return ExitCode.Done;
            }

            await ConfirmAsync(context, panel, cancellationToken).ConfigureAwait(false);
            while (true)
            {
                ClinicScoreOrganicDocument document;
                OrganicScoringResult result;
                using (ScoringJournal journal = new(journalPath, atRest))
                {
                    ScoringLog log = new(access.Client.Log);
                    DurableClinicScoring? interrupted = await DurableClinicScoring.ResumeAsync(access.Key, store, log, journal, context.Time).ConfigureAwait(false);
                    isInterrupted = interrupted is not null;
                    using DurableClinicScoring batch = interrupted
                        ?? Begin(context, access, panel ?? await ChooseAsync(context, access.Client, computed, cancellationToken).ConfigureAwait(false), computed, store, log, journal, random);
                    result = await RunAsync(context, access, batch, cancellationToken).ConfigureAwait(false);
                    if (result.Transcript is { } transcript)
                    {
                        await WriteAsync(path, transcript, cancellationToken).ConfigureAwait(false);
                    }

                    long[] values = result.Transcript is null ? [] : [.. result.Transcript.Messages.Select(PublicScore.TryRead).OfType<PublicScore>().Select(score => score.Value)];
                    document = new ClinicScoreOrganicDocument(
                        Ss58Address.Encode(batch.Panel[0].Miner.Span), Convert.ToHexStringLower(batch.Panel[0].Card.Span), batch.Measure.Word, batch.Settings.Patients, result.Fault.ToString(),
                        result.Transcript is null ? null : path, values, result.Findings.Count, result.Unreachable.Count);
                }

                // The transcript is on the disk, or there is no batch: nothing of it is needed any more, its secrets least of all.
                File.Delete(journalPath);
                if (result.Transcript is null && isInterrupted)
                {
                    // Validators give no seed once the beacon is known, so this window never becomes a batch; nothing of it was sent, and its patients are good for another.
                    context.Output.Say($"{Lost(result.Fault)} The window that was interrupted is given up, and a new one begins as the options say.");
                    panel = await ChooseAsync(context, access.Client, computed, cancellationToken).ConfigureAwait(false);
                    await ConfirmAsync(context, panel, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                if (result.Transcript is null)
                {
                    context.Output.Say($"{Lost(result.Fault)} See that the subnet's validators serve, or ask for fewer with --validators, and give the command again: it begins a new window.");
                }

                Show(context, panel is null ? document : document with { Model = panel.Model });
                return result.Fault == ScoringFault.None && result.Findings.Count == 0 ? ExitCode.Done : ExitCode.No;
            }
        }
    }

    private static string Lost(ScoringFault fault) => fault == ScoringFault.TooFewValidators
        ? "Too few validators gave a seed before the window's beacon; nothing was sent to them and no patient was scored."
        : $"The window's patients cannot be drawn ({ScoringFaults.Word(fault)}); nothing was sent to validators.";

    private Task ConfirmAsync(CommandContext context, OrganicPanel? panel, CancellationToken cancellationToken) => context.ConfirmAsync(
        this,
        panel is null
            ? "A batch was interrupted. Go on with it, whatever the options say?"
            : $"Have {context.Get(validators)} validators score {context.Get(patients)} patients of {panel.Address}? Each patient is scored once only.",
        cancellationToken);

    private async Task<OrganicPanel> ChooseAsync(CommandContext context, ClinicClient client, ScoringMeasure computed, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        IReadOnlyList<OrganicPanel> panels = await OrganicPanels.ReadAsync(client.History, context.Get(netuid)).ConfigureAwait(false);
        string? wanted = context.Get(miner);
        OrganicPanel panel = panels.FirstOrDefault(panel => wanted is null || panel.Address == wanted)
            ?? throw new CommandException(
                ErrorCodes.TooFewOutcomes, $"No outcome of {wanted ?? "any miner"} on subnet {context.Get(netuid)} is known.", "Report some with 'subnet clinic report-outcomes'.");
        return panel.Cases.Count >= context.Get(patients)
            ? panel
            : throw new CommandException(
                ErrorCodes.TooFewOutcomes,
                $"{panel.Cases.Count} outcomes of {panel.Address} are known and {context.Get(patients)} patients are wanted for {computed.Word}.",
                "Report more with 'subnet clinic report-outcomes'.");
    }

    private DurableClinicScoring Begin(
        CommandContext context, ClinicAccess access, OrganicPanel panel, ScoringMeasure computed, SqliteScoringStore store, ScoringLog log, ScoringJournal journal, OperatingSystemRandomSource random)
    {
        byte[] seed = new byte[64];
        random.Fill(seed);
        ScoringSettings settings = ScoringSettings.Default with { Patients = context.Get(patients), Validators = context.Get(validators) };
        DurableClinicScoring batch = DurableClinicScoring.Begin(
            seed, context.Get(netuid), computed, [panel.Miner], panel.Cases, settings, access.Key, store, log, journal, context.Time);
        CryptographicOperations.ZeroMemory(seed);
        return batch;
    }

    private static async Task<OrganicScoringResult> RunAsync(CommandContext context, ClinicAccess access, DurableClinicScoring batch, CancellationToken cancellationToken)
    {
        List<ScoringPeer> peers = [];
        try
        {
            Metagraph metagraph = await access.Ledger.GetMetagraphAsync(batch.Netuid, cancellationToken).ConfigureAwait(false) ?? throw LedgerAccess.Refused(RejectionReason.SubnetNotFound);
            foreach (NeuronView neuron in metagraph.Neurons.Where(neuron => neuron.Outcome.ValidatorPermit && neuron.Endpoint is not null))
            {
                peers.Add(new ScoringPeer(neuron.Hotkey.ToArray(), new GrpcChannel(new Uri(neuron.Endpoint!), access.Channels, context.Time)));
            }

            OrganicScoringRun run = new(
                batch, batch.Netuid, peers, new LedgerScoringChain(access.Ledger), access.Client.LogFiles, access.Client.LogOrigin, stop => access.Client.AnchorAsync(stop), batch.Settings.Timetable);
            return await run.RunAsync(new SayProgress(context.Output), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            peers.ForEach(peer => peer.Channel.Dispose());
        }
    }

    private static async Task WriteAsync(string path, ScoringTranscript transcript, CancellationToken cancellationToken)
    {
        string partial = path + ".partial";
        try
        {
            FileStream file = File.Create(partial);
            await using (file.ConfigureAwait(false))
            {
                await transcript.WriteAsync(file, cancellationToken).ConfigureAwait(false);
            }

            File.Move(partial, path);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static void Show(CommandContext context, ClinicScoreOrganicDocument document) => context.Output.Document(document, console =>
    {
        console.WriteLine($"{document.Measure} of {document.Miner} ({document.Model}) over {document.Patients} patients: {document.Outcome}");
        if (document.Transcript is not null)
        {
            console.WriteLine($"public values: {string.Join(", ", document.Values)}; {document.Findings} faults, {document.Unreachable} steps unanswered; transcript {document.Transcript}");
        }
    });

    private sealed class SayProgress(CommandOutput output) : IProgress<string>
    {
        public void Report(string value) => output.Say(value);
    }
}

/// <summary>The answer of <c>subnet clinic score-organic</c>.</summary>
internal sealed record ClinicScoreOrganicDocument(
    string Miner, string Model, string Measure, int Patients, string Outcome, string? Transcript, IReadOnlyList<long> Values, int Findings, int Unreachable) : Document(FormatName)
{
    public const string FormatName = "subnet/clinic-score-organic/1";
}
