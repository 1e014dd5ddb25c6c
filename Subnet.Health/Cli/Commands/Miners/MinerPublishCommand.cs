using System.CommandLine;
using Spectre.Console;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Miner;
using Subnet.Health.Node;

namespace Subnet.Health.Cli.Commands.Miners;

/// <summary><c>subnet miner publish MODEL...</c>: puts cards and commitments on the ledger, or takes cards out of use.</summary>
internal sealed class MinerPublishCommand : StateChangingCommand
{
    private readonly MinerArguments miner = new();
    private readonly WalletKeys wallet = new();
    private readonly LedgerPlace place = new();
    private readonly Option<bool> retire = new("--retire") { Description = "Take the cards out of use instead; a retired card does not come back." };

    public MinerPublishCommand()
        : base(
            "publish",
            "Register model cards and commitments on the ledger with the proof that they can be opened.",
            new CommandExample("miner publish heart/ --netuid 1 --wallet-name miner --password-file password.txt --yes", "a compiled model, a registered hotkey and a ledger"))
    {
        miner.AddModelsTo(this);
        Options.Add(miner.Netuid);
        Options.Add(retire);
        foreach (Option option in wallet.All)
        {
            Options.Add(option);
        }

        place.AddTo(this, withStore: false);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(MinerPublishDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        ushort netuid = context.Get(miner.Netuid);
        RemoteLedger ledger = await place.ConnectAsync(context, cancellationToken).ConfigureAwait(false);
        await using System.Runtime.CompilerServices.ConfiguredAsyncDisposable close = ledger.ConfigureAwait(false);
        using SigningKey hotkey = wallet.Open(context, asHotkey: true);
        using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
        IReadOnlyList<IServedModel> models = miner.Load(context, randomness);
        try
        {
            ModelPublisher publisher = new(netuid, hotkey, new LedgerKey(hotkey), ledger.Client, randomness);
            List<MinerPublication> done = [];
            bool isDryRun = context.Get(DryRun);
            string verb = context.Get(retire) ? "retire" : "register";
            if (!isDryRun)
            {
                await context.ConfirmAsync(this, $"publish: {verb} {string.Join(", ", models.Select(model => model.Id))} on subnet {netuid}?", cancellationToken).ConfigureAwait(false);
            }

            foreach (IServedModel model in models)
            {
                done.Add(new MinerPublication(model.Id, model.CardHash.ToArray(), await ActAsync(context, publisher, model, isDryRun, cancellationToken).ConfigureAwait(false)));
            }

            MinerPublishDocument document = new(netuid, hotkey.Address, isDryRun, done);
            context.Output.Document(document, console =>
            {
                foreach (MinerPublication item in done)
                {
                    console.WriteLine($"{item.Model}  {Convert.ToHexStringLower(item.Card)}  {(isDryRun ? "would be " : "")}{item.Outcome}");
                }
            });
            return ExitCode.Done;
        }
        finally
        {
            foreach (IServedModel model in models)
            {
                model.Dispose();
            }
        }
    }

    private async Task<string> ActAsync(CommandContext context, ModelPublisher publisher, IServedModel model, bool isDryRun, CancellationToken cancellationToken)
    {
        bool isKnown = await publisher.IsRegisteredAsync(model, cancellationToken).ConfigureAwait(false);
        if (context.Get(retire))
        {
            if (!isKnown)
            {
                throw new CommandException(ErrorCodes.ModelNotServed, $"The card of {model.Id} is not registered.", "'subnet miner status' shows what is.");
            }

            if (!isDryRun)
            {
                await publisher.RetireAsync(model.CardHash, cancellationToken).ConfigureAwait(false);
            }

            return "retired";
        }

        if (!isKnown && !isDryRun)
        {
            await publisher.PublishAsync(model, cancellationToken).ConfigureAwait(false);
        }

        return isKnown ? "registered before" : "registered";
    }
}

/// <summary>What became of a card.</summary>
internal sealed record MinerPublication(string Model, byte[] Card, string Outcome);

/// <summary>The answer of <c>subnet miner publish</c>.</summary>
internal sealed record MinerPublishDocument(int Netuid, string Hotkey, bool DryRun, IReadOnlyList<MinerPublication> Models) : Document(FormatName)
{
    public const string FormatName = "subnet/miner-publish/1";
}
