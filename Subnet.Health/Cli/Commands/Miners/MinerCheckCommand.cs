using System.CommandLine;
using Spectre.Console;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Miner;
using Subnet.Health.Miner.Check;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Cli.Commands.Miners;

/// <summary><c>subnet miner check MODEL...</c>: whether this host and these models are fit to go live.</summary>
internal sealed class MinerCheckCommand : SubnetCommand
{
    private readonly MinerArguments miner = new();
    private readonly WalletKeys wallet = new();
    private readonly Option<string?> minimum = new("--min-compute") { Description = "What a host must have (default: what min_compute.json at the top of the source says).", HelpName = "FILE" };
    private readonly Option<string> input = new("--input") { Description = "Rows that the card admits, for the challenges; of them nothing leaves this machine.", HelpName = "rows.csv", Required = true };

    public MinerCheckCommand()
        : base(
            "check",
            "Measure this host, and run a validator's challenges, proof and verdict against models before they go live.",
            new CommandExample("miner check heart/ --netuid 1 --input samples/data/heart-cleveland.csv --wallet-name miner", "a compiled model and a wallet"))
    {
        miner.AddModelsTo(this);
        foreach (Option option in wallet.All.Concat([miner.Netuid, miner.Name, minimum, input]))
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(MinerCheckDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        MinimumCompute needed = context.Get(minimum) is { } file
            ? MinimumCompute.Parse(await File.ReadAllBytesAsync(context.ExistingFile(file), cancellationToken).ConfigureAwait(false))
            : MinimumCompute.Default;
        using SigningKey hotkey = wallet.Open(context, asHotkey: true);
        using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
        IReadOnlyList<IServedModel> models = miner.Load(context, randomness);
        List<CheckFinding> findings = [.. HostCheck.Run(needed, miner.Folder(context), context.Time)];
        try
        {
            ModelCheck check = new(needed, context.Get(miner.Netuid), hotkey, randomness, context.Time, Path.Combine(miner.Folder(context), "check-keys"));
            foreach (IServedModel model in models)
            {
                cancellationToken.ThrowIfCancellationRequested();
                findings.AddRange(await check.RunAsync(model, Rows(context, model)).ConfigureAwait(false));
            }
        }
        finally
        {
            foreach (IServedModel model in models)
            {
                model.Dispose();
            }
        }

        bool isFit = findings.TrueForAll(finding => finding.IsGood);
        context.Output.Document(
            new MinerCheckDocument(isFit, [.. findings.Select(MinerCheckEntry.Of)]),
            console => findings.ForEach(finding => console.WriteLine(
                $"{(finding.IsGood ? "ok  " : "FAIL")}  {finding.Name}: {finding.Found} (wanted {finding.Wanted}){(finding.IsGood ? "" : ". " + finding.Fix)}")));
        return isFit ? ExitCode.Done : ExitCode.No;
    }

    private List<long[]> Rows(CommandContext context, IServedModel model)
    {
        const int Wanted = 9;
        CardClient card = CardClient.OpenAny(model.Card.Span);
        ModelSchema schema = new(card.Card.Task, [.. card.Inputs.Select(item => item.Column)], [], []);
        string[] lines = File.ReadAllLines(context.ExistingFile(context.Get(input)!));
        List<long[]> rows = [];
        foreach (string line in lines.Skip(1))
        {
            using StringReader one = new(lines[0] + "\n" + line);
            try
            {
                using PreparedRows prepared = card.Prepare(RowFileReader.Read(one, schema));
                rows.Add(prepared.Row(0).ToArray());
            }
            catch (RowsRefusedException)
            {
                // A row with missing values: another one serves as well.
            }

            if (rows.Count == Wanted)
            {
                break;
            }
        }

        return rows.Count > 0
            ? rows
            : throw new CommandException(ErrorCodes.RowsUnreadable, $"The table has no row that the card of {model.Id} admits.", "Give rows like those that the model was compiled with.");
    }
}

/// <summary>A finding.</summary>
internal sealed record MinerCheckEntry(string Name, bool Good, string Found, string Wanted, string? Fix)
{
    public static MinerCheckEntry Of(CheckFinding finding) => new(finding.Name, finding.IsGood, finding.Found, finding.Wanted, finding.IsGood ? null : finding.Fix);
}

/// <summary>The answer of <c>subnet miner check</c>.</summary>
internal sealed record MinerCheckDocument(bool Fit, IReadOnlyList<MinerCheckEntry> Findings) : Document(FormatName)
{
    public const string FormatName = "subnet/miner-check/1";
}
