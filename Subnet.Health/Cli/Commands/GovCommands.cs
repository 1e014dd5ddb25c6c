using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Spectre.Console;
using Subnet.Core.Governance;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.Registration;
using Subnet.Core.State;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet gov propose</c>.</summary>
internal sealed class GovProposeCommand : LedgerCallCommand
{
    private readonly Argument<ProposalKind> kind = new("KIND") { Description = "What is proposed." };
    private readonly Option<ushort> netuid = new("--netuid") { Description = "The subnet concerned." };
    private readonly Option<string?> parameter = new("--parameter") { Description = "Name of the parameter." };
    private readonly Option<string?> value = new("--value") { Description = "New value of the parameter, or the protocol version." };
    private readonly Option<string?> coldkey = new("--owner") { Description = "Owner of a subnet to be created.", HelpName = "ADDRESS" };
    private readonly Option<string?> hotkey = new("--owner-hotkey") { Description = "Owner hotkey of a subnet to be created.", HelpName = "ADDRESS" };
    private readonly Option<string> rationale = new("--rationale") { Description = "Why; its SHA-256 goes on the ledger.", Required = true };
    private readonly Option<bool> administer = new("--administer") { Description = "Do it at once, with the administrator's key." };

    public GovProposeCommand()
        : base("propose", "Open a stake-weighted vote against a deposit.", new CommandExample("gov propose SetHyperparameter --netuid 1 --parameter kappa --value 39321 --rationale \"See minutes of May.\" --yes", "a wallet with stake"))
    {
        Arguments.Add(kind);
        foreach (Option option in new Option[] { netuid, parameter, value, coldkey, hotkey, rationale, administer })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger)
    {
        ProposalKind what = context.Get(kind);
        ProposalAction action = new(
            (byte)what,
            context.Get(netuid),
            Number(what, context.Get(parameter)),
            Value(context.Get(value)),
            context.Get(coldkey) is { } owner ? LedgerText.Account(owner) : default,
            context.Get(hotkey) is { } key ? LedgerText.Account(key) : default);
        return context.Get(administer)
            ? new AdministerCall(action)
            : new ProposeCall(action, new Hash256(SHA256.HashData(Encoding.UTF8.GetBytes(context.Get(rationale)!))));
    }

    private static ushort Number(ProposalKind kind, string? name) => kind switch
    {
        ProposalKind.SetHyperparameter => (HyperparameterCatalog.Find(name ?? "") ?? throw LedgerAccess.Refused(RejectionReason.ParameterNotFound)).Number,
        ProposalKind.SetGlobalParameter => (GlobalParameterCatalog.Find(name ?? "") ?? throw LedgerAccess.Refused(RejectionReason.ParameterNotFound)).Number,
        _ => 0,
    };

    private static Int128 Value(string? text) => text is null ? 0
        : Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 value) ? value
        : throw new CommandException(ErrorCodes.Usage, $"'{text}' is not a whole number.", "Give a whole number.");
}

/// <summary><c>subnet gov vote</c>.</summary>
internal sealed class GovVoteCommand : LedgerCallCommand
{
    private readonly Argument<ulong> proposal = new("PROPOSAL") { Description = "Number of the proposal." };
    private readonly Argument<string> choice = new("CHOICE") { Description = "Yes, no or abstain." };

    public GovVoteCommand()
        : base("vote", "Vote with the wallet's stake; a later vote replaces an earlier one.", new CommandExample("gov vote 1 yes --yes", "a wallet with stake"))
    {
        Arguments.Add(proposal);
        Arguments.Add(choice);
    }

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger) => new CastVoteCall(
        context.Get(proposal),
        context.Get(choice) switch
        {
            "no" => 0,
            "yes" => 1,
            "abstain" => 2,
            string other => throw new CommandException(ErrorCodes.Usage, $"'{other}' is not a vote.", "Vote yes, no or abstain."),
        });
}

/// <summary><c>subnet gov list</c>.</summary>
internal sealed class GovListCommand : LedgerReadCommand<GovListDocument>
{
    public GovListCommand()
        : base("list", "List the proposals, newest first.", new CommandExample("gov list", "a ledger"))
    {
    }

    /// <inheritdoc/>
    protected override GovListDocument Read(CommandContext context, LedgerEngine ledger) => GovListDocument.Of(ledger.State);

    /// <inheritdoc/>
    protected override void Print(IAnsiConsole console, GovListDocument document)
    {
        if (document.Proposals.Count == 0)
        {
            console.WriteLine("no proposals");
        }

        foreach (ProposalEntry entry in document.Proposals)
        {
            console.WriteLine($"{entry.Id} {entry.Status} {entry.What}, votes until block {entry.VotingEndsBlock}");
        }
    }
}

/// <summary>The answer of <c>subnet gov list</c>.</summary>
internal sealed record GovListDocument(IReadOnlyList<ProposalEntry> Proposals) : Document(FormatName)
{
    public const string FormatName = "subnet/gov-list/1";

    public static GovListDocument Of(LedgerState state) =>
        new([.. state.Proposals.Unordered().OrderByDescending(static p => p.Key.Id).Select(p => ProposalEntry.Of(state, p.Key.Id))]);
}

/// <summary><c>subnet gov show</c>.</summary>
internal sealed class GovShowCommand : LedgerReadCommand<GovShowDocument>
{
    private readonly Argument<ulong> proposal = new("PROPOSAL") { Description = "Number of the proposal." };

    public GovShowCommand()
        : base("show", "Show one proposal and its votes.", new CommandExample("gov show 1", "a ledger with that proposal")) => Arguments.Add(proposal);

    /// <inheritdoc/>
    protected override GovShowDocument Read(CommandContext context, LedgerEngine ledger)
    {
        ulong id = context.Get(proposal);
        if (!ledger.State.Proposals.Contains(new ProposalKey(id)))
        {
            throw LedgerAccess.Refused(RejectionReason.ProposalNotFound);
        }

        return GovShowDocument.Of(ledger.State, id);
    }

    /// <inheritdoc/>
    protected override void Print(IAnsiConsole console, GovShowDocument document)
    {
        ProposalEntry p = document.Proposal;
        console.WriteLine($"proposal {p.Id} by {p.Proposer}: {p.What}");
        console.WriteLine($"{p.Status}; votes until block {p.VotingEndsBlock}, effect in block {p.ExecuteBlock}");
        console.WriteLine($"yes {LedgerText.Tao((ulong)p.YesRao.Value)} no {LedgerText.Tao((ulong)p.NoRao.Value)} abstain {LedgerText.Tao((ulong)p.AbstainRao.Value)} of {LedgerText.Tao((ulong)p.TotalRao.Value)} TAO");
        foreach (VoteEntry vote in document.Votes)
        {
            console.WriteLine($"  {vote.Voter} {vote.Choice} {LedgerText.Tao((ulong)vote.PowerRao.Value)}");
        }
    }
}

/// <summary>The answer of <c>subnet gov show</c>.</summary>
internal sealed record GovShowDocument(ProposalEntry Proposal, IReadOnlyList<VoteEntry> Votes) : Document(FormatName)
{
    public const string FormatName = "subnet/gov-show/1";

    public static GovShowDocument Of(LedgerState state, ulong id) => new(
        ProposalEntry.Of(state, id),
        [
            .. state.Votes.Unordered().Where(v => v.Key.Proposal == id).OrderBy(static v => v.Key.Voter)
                .Select(static v => new VoteEntry(LedgerText.Address(v.Key.Voter), v.Value.Choice switch { 0 => "no", 1 => "yes", _ => "abstain" }, v.Value.Power)),
        ]);
}

/// <summary>A vote on an open proposal.</summary>
internal sealed record VoteEntry(string Voter, string Choice, Amount PowerRao);

/// <summary>A proposal; the sums are those of the tally, 0 before it.</summary>
internal sealed record ProposalEntry(
    Amount Id, string What, string Proposer, ProposalStatus Status, Amount VotingEndsBlock, Amount ExecuteBlock, Amount YesRao, Amount NoRao, Amount AbstainRao, Amount TotalRao, byte[] Rationale)
{
    public static ProposalEntry Of(LedgerState state, ulong id)
    {
        Proposal p = state.Proposals[new ProposalKey(id)];
        return new ProposalEntry(
            id, Describe(p.Action), LedgerText.Address(p.Proposer), (ProposalStatus)p.Status, p.VotingEnds, p.ExecuteAt, p.Yes, p.No, p.Abstain, p.Total, p.Rationale.ToArray());
    }

    private static string Describe(ProposalAction a) => (ProposalKind)a.Kind switch
    {
        ProposalKind.SetHyperparameter => $"set {HyperparameterCatalog.Find(a.Parameter)!.Name} of subnet {a.Netuid} to {a.Value}",
        ProposalKind.SetGlobalParameter => $"set {GlobalParameterCatalog.Find(a.Parameter)!.Name} to {a.Value}",
        ProposalKind.CreateSubnet => $"create a subnet for {LedgerText.Address(a.Coldkey)}",
        ProposalKind.RetireSubnet => $"retire subnet {a.Netuid}",
        _ => $"set the protocol version to {a.Value}",
    };
}
