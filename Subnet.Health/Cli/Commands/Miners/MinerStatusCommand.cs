using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Spectre.Console;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Node;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.HealthV1;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Cli.Commands.Miners;

/// <summary><c>subnet miner status</c>: what the ledger says of a miner, and whether it answers where it says it serves.</summary>
internal sealed class MinerStatusCommand : SubnetCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly MinerArguments miner = new();
    private readonly WalletKeys wallet = new();
    private readonly LedgerPlace place = new();
    private readonly Option<string?> hotkey = new("--hotkey") { Description = "Address of the miner's hotkey (default: the wallet's).", HelpName = "ADDRESS" };

    public MinerStatusCommand()
        : base(
            "status",
            "Show what the ledger says of a miner and whether it answers where it serves.",
            new CommandExample("miner status --netuid 1 --wallet-name miner", "a registered hotkey and a ledger"))
    {
        Options.Add(miner.Netuid);
        Options.Add(hotkey);
        foreach (Option option in wallet.All)
        {
            Options.Add(option);
        }

        place.AddTo(this);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(MinerStatusDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        ushort netuid = context.Get(miner.Netuid);
        AccountId account = Account(context);
        using LedgerAccess ledger = await place.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        Metagraph metagraph = await ledger.Client.GetMetagraphAsync(netuid, cancellationToken).ConfigureAwait(false) ?? throw LedgerAccess.Refused(RejectionReason.SubnetNotFound);
        NeuronView neuron = metagraph.Find(account)
            ?? throw new CommandException(
                ErrorCodes.LedgerRefused, $"The hotkey {Ss58Address.Encode(account.ToArray())} is not registered on subnet {netuid}.", "Register it with `subnet subnets register`.");
        IReadOnlyList<ModelView> models = await ledger.Client.GetModelsAsync(netuid, withRetired: true, cancellationToken: cancellationToken).ConfigureAwait(false);
        (bool isServing, HashSet<string> served) = await AskAsync(context, neuron.Endpoint, cancellationToken).ConfigureAwait(false);
        MinerStatusDocument document = MinerStatusDocument.Of(netuid, neuron, models, isServing, served);
        context.Output.Document(document, console =>
        {
            console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"uid {document.Uid} on subnet {netuid}, incentive {document.Incentive:P2}, {document.Endpoint ?? "no endpoint"}: {(isServing ? "serving" : "not answering")}"));
            foreach (MinerRegistration model in document.Models)
            {
                string state = model.RetiredHeight is null ? model.IsServed ? "served" : "registered, not served" : "retired";
                console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(model.Card)}  since block {model.Height.Value}  {state}"));
            }
        });
        return isServing ? ExitCode.Done : ExitCode.No;
    }

    private AccountId Account(CommandContext context)
    {
        if (context.Get(hotkey) is not { } address)
        {
            return wallet.Account(context, asHotkey: true);
        }

        return Ss58Address.TryDecode(address, out byte[]? key, out _)
            ? new AccountId(key)
            : throw new CommandException(ErrorCodes.Usage, $"'{address}' is no address.", "Give the SS58 address of a hotkey.");
    }

    private async Task<(bool IsServing, HashSet<string> Cards)> AskAsync(CommandContext context, string? endpoint, CancellationToken cancellationToken)
    {
        HashSet<string> cards = new(StringComparer.Ordinal);
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address))
        {
            return (false, cards);
        }

        try
        {
            GrpcChannelOptions options = new()
            {
                Tls = place.Certificates(context) is { } folder ? PartyCertificates.Client(context, folder) with { Certificate = null } : null,
            };
            using GrpcChannel channel = new(address, options, context.Time);
            GrpcCallOptions call = GrpcCallOptions.None with { Timeout = Patience, Limits = new GrpcLimits(16 << 20, 16 << 20) };
            HealthCheckResponse health = await channel
                .UnaryAsync(HealthService.CheckMethod, new HealthCheckRequest { Service = InferenceMethods.ServiceName }, call, cancellationToken)
                .ConfigureAwait(false);
            ModelsReply models = await channel.UnaryAsync(InferenceMethods.Models, new ModelsRequest(), call, cancellationToken).ConfigureAwait(false);
            cards.UnionWith(models.Cards.Select(card => Convert.ToHexStringLower(SHA256.HashData(card.Canonical.Span))));
            return (health.Status == HealthCheckResponse.Types.ServingStatus.Serving, cards);
        }
        catch (Exception fault) when (fault is GrpcException or ArgumentException)
        {
            return (false, cards);
        }
    }
}

/// <summary>A card of a miner on the ledger.</summary>
internal sealed record MinerRegistration(byte[] Card, Amount Height, Amount? RetiredHeight, bool IsServed);

/// <summary>The answer of <c>subnet miner status</c>.</summary>
internal sealed record MinerStatusDocument(
    int Netuid, int Uid, string Hotkey, string? Endpoint, bool IsServing, double Incentive, Amount StakeRao, IReadOnlyList<MinerRegistration> Models) : Document(FormatName)
{
    public const string FormatName = "subnet/miner-status/1";

    /// <summary>What the ledger says of a miner, and what it serves.</summary>
    /// <param name="netuid">The subnet.</param>
    /// <param name="neuron">The miner.</param>
    /// <param name="models">The subnet's models, retired ones too.</param>
    /// <param name="isServing">Whether it answers.</param>
    /// <param name="served">Hashes of the cards that it serves, hexadecimal.</param>
    public static MinerStatusDocument Of(ushort netuid, NeuronView neuron, IReadOnlyList<ModelView> models, bool isServing, IReadOnlySet<string> served) => new(
        netuid,
        neuron.Uid,
        Ss58Address.Encode(neuron.Hotkey.ToArray()),
        neuron.Endpoint,
        isServing,
        neuron.Outcome.Incentive / (double)ushort.MaxValue,
        neuron.StakeRao,
        [
            .. models.Where(model => model.Registration.Hotkey == neuron.Hotkey).Select(model => new MinerRegistration(
                model.Card.ToArray(),
                model.Registration.Height,
                model.Registration.RetiredHeight == 0 ? null : model.Registration.RetiredHeight,
                served.Contains(Convert.ToHexStringLower(model.Card.ToArray())))),
        ]);
}
