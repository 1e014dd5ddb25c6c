using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Clinic;
using Subnet.Health.Node;

namespace Subnet.Health.Cli.Commands.Clinics;

/// <summary><c>subnet clinic keygen</c>: prepares the gateway and buys one-time tokens ahead.</summary>
internal sealed class ClinicKeygenCommand : StateChangingCommand
{
    private readonly ClinicArguments clinic = new();
    private readonly Option<ushort> netuid = new("--netuid") { Description = "The subnet.", HelpName = "NETUID", Required = true };
    private readonly Option<string?> model = new("--model") { Description = "Buy for the miners that serve this model (default: every model).", HelpName = "ID" };
    private readonly Option<int> tokens = new("--tokens") { Description = "Tokens to buy for each miner; one pays for one query.", HelpName = "N", DefaultValueFactory = _ => 16 };
    private readonly Option<int> rows = new("--rows") { Description = "Rows that a token pays for: 1, 16 or 256.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<int> miners = new("--miners") { Description = "Buy for so many miners, the best first: those beyond the first are for failover.", HelpName = "N", DefaultValueFactory = _ => 2 };

    private readonly Option<string?> export = new("--export") { Description = "Take one token for the best miner out of the wallet into this file, for a client of another kind; it must not exist.", HelpName = "FILE" };

    public ClinicKeygenCommand()
        : base(
            "keygen",
            "Prepare the gateway and buy unlinkable one-time tokens ahead. Keys of queries are made fresh for each.",
            new CommandExample("clinic keygen --netuid 1 --tokens 32 --wallet-name clinic --password-file password.txt --yes", "a funded wallet and a network"))
    {
        clinic.AddTo(this);
        foreach (Option option in new Option[] { netuid, model, tokens, rows, miners, export })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ClinicKeygenDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        (int count, int size) = (context.Get(tokens), context.Get(rows));
        if (size is not (1 or 16 or 256) || count is < 1 or > 100_000)
        {
            throw new CommandException(ErrorCodes.Usage, $"{count} tokens for {size} rows cannot be bought.", "Give 1 to 100000 tokens of 1, 16 or 256 rows.");
        }

        if (!context.Get(DryRun) && context.Get(export) is { } target)
        {
            // Before anything is paid for.
            RequireFree(context.FullPath(target));
        }

        ClinicAccess access = await clinic.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        await using (access.ConfigureAwait(false))
        {
            ushort subnet = context.Get(netuid);
            string[] chosen = [.. await ChooseAsync(access.Client, context, subnet, cancellationToken).ConfigureAwait(false)];
            ulong price = await PriceAsync(access, subnet, size, cancellationToken).ConfigureAwait(false);
            UInt128 cost = (UInt128)price * (ulong)count * (ulong)chosen.Length;
            bool isDryRun = context.Get(DryRun);
            if (!isDryRun)
            {
                await context.ConfirmAsync(
                    this, $"Buy {Quantity.Of(count, "token")} of {Quantity.Of(size, "row")} for {(chosen.Length == 1 ? "1 miner" : $"each of {chosen.Length} miners")} at {price} rao, {cost} rao in all?", cancellationToken).ConfigureAwait(false);
                await access.Client.ResumePurchasesAsync(subnet, cancellationToken).ConfigureAwait(false);
                foreach (string miner in chosen)
                {
                    await access.Client.BuyTokensAsync(subnet, miner, size, count, cancellationToken).ConfigureAwait(false);
                }
            }

            if (!isDryRun && context.Get(export) is { } exported)
            {
                await ExportAsync(access.Client, context.FullPath(exported), subnet, chosen[0], size, cancellationToken).ConfigureAwait(false);
            }

            IReadOnlyList<TokenBudget> budget = await access.Client.TokensAsync().ConfigureAwait(false);
            ClinicKeygenDocument document = new(
                access.Client.Address, access.Client.LogOrigin, access.Client.Policy.Hash, isDryRun, chosen, count, size, price, (ulong)cost, [.. budget.Select(TokenEntry.Of)]);
            context.Output.Document(document, console =>
            {
                console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(isDryRun ? "would buy" : "bought")} {Quantity.Of(count, "token")} of {Quantity.Of(size, "row")} for each of {string.Join(", ", chosen)}, {cost} rao"));
                foreach (TokenBudget item in budget)
                {
                    console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture, $"subnet {item.Netuid}  {item.Miner}  epoch {item.Epoch}  {Quantity.Of(item.Rows, "row")}  {item.Ready} ready, {item.Waiting} waiting"));
                }
            });
            return ExitCode.Done;
        }
    }

    private static void RequireFree(string path)
    {
        if (Path.Exists(path))
        {
            throw new CommandException(ErrorCodes.FileExists, $"The file '{path}' exists; nothing was bought.", "Choose another name or remove it.");
        }

        if (Path.GetDirectoryName(path) is { } folder && !Directory.Exists(folder))
        {
            throw new CommandException(ErrorCodes.FileNotFound, $"The folder '{folder}' does not exist; nothing was bought.", "Check the path.");
        }
    }

    private static async Task ExportAsync(ClinicClient client, string path, ushort subnet, string miner, int size, CancellationToken cancellationToken)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        // The file first: a token is not taken out of the wallet for a file that cannot be made.
        StreamWriter file = new(path, options);
        await using (file.ConfigureAwait(false))
        {
            ReadOnlyMemory<byte> token = await client.ExportTokenAsync(subnet, miner, size, cancellationToken).ConfigureAwait(false);
            await file.WriteLineAsync(Convert.ToHexStringLower(token.Span)).ConfigureAwait(false);
        }
    }

    private async Task<IEnumerable<string>> ChooseAsync(ClinicClient client, CommandContext context, ushort subnet, CancellationToken cancellationToken)
    {
        IReadOnlyList<ClinicModel> models = await client.ModelsAsync(subnet, cancellationToken).ConfigureAwait(false);
        string? wanted = context.Get(model);
        string[] chosen =
        [
            .. models.Where(item => wanted is null || item.Id == wanted || item.Card.StartsWith(wanted, StringComparison.Ordinal))
                .Where(item => client.Policy.AllowsMiner(item.Miner))
                .Select(item => item.Miner)
                .Distinct(StringComparer.Ordinal)
                .Take(Math.Max(1, context.Get(miners))),
        ];
        return chosen.Length > 0
            ? chosen
            : throw new CommandException(ErrorCodes.ModelNotServed, $"No miner of subnet {subnet} that may be asked serves {wanted ?? "a model"}.", "'subnet clinic models' lists what there is.");
    }

    private static async Task<ulong> PriceAsync(ClinicAccess access, ushort subnet, int size, CancellationToken cancellationToken)
    {
        IReadOnlyList<IssuerKeyView> keys = await access.Ledger.GetIssuerKeysAsync(subnet, cancellationToken: cancellationToken).ConfigureAwait(false);
        return keys.LastOrDefault(key => key.Id.Denomination == size)?.Key.Price
            ?? throw new CommandException(ErrorCodes.IssuerRefused, $"The ledger has no token key of subnet {subnet} for {size} rows.", "Ask the subnet's owner whether its issuer runs.");
    }
}

/// <summary>Tokens in the wallet.</summary>
internal sealed record TokenEntry(int Netuid, string Miner, Amount Epoch, int Rows, int Ready, int Waiting)
{
    public static TokenEntry Of(TokenBudget budget) => new(budget.Netuid, budget.Miner, budget.Epoch, budget.Rows, budget.Ready, budget.Waiting);
}

/// <summary>The answer of <c>subnet clinic keygen</c>.</summary>
internal sealed record ClinicKeygenDocument(
    string Account,
    string LogOrigin,
    string Policy,
    bool DryRun,
    IReadOnlyList<string> Miners,
    int TokensEach,
    int Rows,
    Amount PriceRao,
    Amount CostRao,
    IReadOnlyList<TokenEntry> Wallet) : Document(FormatName)
{
    public const string FormatName = "subnet/clinic-keygen/1";
}
