using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Subnet.Core.Consensus;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands;

/// <summary>Options that name a row of weights.</summary>
internal sealed class WeightOptions
{
    public Option<ushort> Netuid { get; } = StakeOptions.Netuid();

    public Option<int> Mechanism { get; } = LedgerText.Mechanism();

    /// <summary>The place of the subnet's mechanism.</summary>
    public ushort Place(CommandContext context) => LedgerText.Place(context.Get(Netuid), context.Get(Mechanism));

    public Option<string> Row { get; } = new("--weights") { Description = "The row, UID:WEIGHT separated by commas; weights are 0 to 65535.", HelpName = "UID:WEIGHT,...", Required = true };

    public Option<ulong> Version { get; } = new("--version-key") { Description = "Version of the validator's code." };

    public Option<string?> Salt { get; } = new("--salt") { Description = "What kept the row secret: 4 to 256 hexadecimal digits, random and used once.", HelpName = "HEX" };

    public (ushort[] Uids, ushort[] Values) Read(CommandContext context)
    {
        string text = context.Get(Row)!;
        List<ushort> uids = [], values = [];
        foreach (string pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] parts = pair.Split(':');
            if (parts.Length != 2
                || !ushort.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out ushort uid)
                || !ushort.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort value))
            {
                throw new CommandException(ErrorCodes.Usage, $"'{pair}' is not a weight.", "Give UID:WEIGHT, such as 3:65535.");
            }

            uids.Add(uid);
            values.Add(value);
        }

        return ([.. uids], [.. values]);
    }

    public ushort[] ReadSalt(CommandContext context)
    {
        string text = context.Get(Salt) ?? "";
        if (text.Length is < 4 or > 256 || text.Length % 4 != 0 || !text.All(char.IsAsciiHexDigit))
        {
            throw new CommandException(ErrorCodes.Usage, "A salt is 4 to 256 hexadecimal digits, four at a time.", "Give --salt, such as the output of `openssl rand -hex 16`.");
        }

        return [.. Enumerable.Range(0, text.Length / 4).Select(i => ushort.Parse(text.AsSpan(4 * i, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))];
    }
}

/// <summary>What the calls of a validator's weights share: the row, and the hotkey that signs.</summary>
internal abstract class WeightsCallCommand : LedgerCallCommand
{
    private readonly WeightOptions options = new();

    protected WeightsCallCommand(string name, string description, bool withSalt, CommandExample example)
        : base(name, description, example)
    {
        foreach (Option option in new Option[] { options.Netuid, options.Mechanism, options.Row, options.Version })
        {
            Options.Add(option);
        }

        if (withSalt)
        {
            Options.Add(options.Salt);
        }
    }

    /// <inheritdoc/>
    protected override bool SignsWithHotkey => true;

    /// <summary>What keeps the row secret until it is revealed.</summary>
    protected ushort[] Salt(CommandContext context) => options.ReadSalt(context);

    /// <inheritdoc/>
    protected sealed override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger)
    {
        (ushort[] uids, ushort[] values) = options.Read(context);
        return Build(context, options.Place(context), uids, values, context.Get(options.Version));
    }

    /// <summary>The call for a row of a mechanism's place.</summary>
    protected abstract LedgerCall Build(CommandContext context, ushort index, ushort[] uids, ushort[] values, ulong version);
}

/// <summary><c>subnet weights set</c>.</summary>
internal sealed class WeightsSetCommand() : WeightsCallCommand(
    "set",
    "Set the weights of the wallet's hotkey, where the subnet takes them without a commit.",
    withSalt: false,
    new CommandExample("weights set --netuid 1 --weights 2:65535,3:1000 --yes", "a validator's wallet"))
{
    /// <inheritdoc/>
    protected override LedgerCall Build(CommandContext context, ushort index, ushort[] uids, ushort[] values, ulong version) =>
        new SetWeightsCall(index, uids, values, version);
}

/// <summary><c>subnet weights commit</c>.</summary>
internal sealed class WeightsCommitCommand() : WeightsCallCommand(
    "commit",
    "Commit to weights that are revealed in a later epoch.",
    withSalt: true,
    new CommandExample("weights commit --netuid 1 --weights 2:65535 --salt 9f3c61d2a0b4e875 --yes", "a validator's wallet"))
{
    /// <inheritdoc/>
    protected override LedgerCall Build(CommandContext context, ushort index, ushort[] uids, ushort[] values, ulong version) => new CommitWeightsCall(
        index, new Hash256(CommitHash.Compute(Wallet.Account(context, asHotkey: true).ToArray(), index, uids, values, Salt(context), version)));
}

/// <summary><c>subnet weights reveal</c>.</summary>
internal sealed class WeightsRevealCommand() : WeightsCallCommand(
    "reveal",
    "Reveal weights that were committed.",
    withSalt: true,
    new CommandExample("weights reveal --netuid 1 --weights 2:65535 --salt 9f3c61d2a0b4e875 --yes", "a validator's wallet"))
{
    /// <inheritdoc/>
    protected override LedgerCall Build(CommandContext context, ushort index, ushort[] uids, ushort[] values, ulong version) =>
        new RevealWeightsCall(index, uids, values, Salt(context), version);
}

/// <summary><c>subnet weights show</c>.</summary>
internal sealed class WeightsShowCommand : LedgerReadCommand<WeightsShowDocument>
{
    private readonly Argument<ushort> netuid = LedgerText.Netuid();
    private readonly Option<int> mechanism = LedgerText.Mechanism();

    public WeightsShowCommand()
        : base("show", "Show the rows of weights of a subnet, and the commits that wait.", new CommandExample("weights show 1", "a ledger with that subnet"))
    {
        Arguments.Add(netuid);
        Options.Add(mechanism);
    }

    /// <inheritdoc/>
    protected override WeightsShowDocument Read(CommandContext context, LedgerEngine ledger)
    {
        ushort number = context.Get(netuid);
        Find(ledger, number);
        return WeightsShowDocument.Of(ledger.State, LedgerText.Place(number, context.Get(mechanism)));
    }

    /// <inheritdoc/>
    protected override void Print(IAnsiConsole console, WeightsShowDocument document)
    {
        foreach (WeightsEntry row in document.Rows)
        {
            string weights = string.Join(' ', row.Uids.Zip(row.Values, static (u, v) => $"{u}:{v}"));
            console.WriteLine($"uid {row.Uid} {row.Hotkey} block {row.LastUpdateBlock} commits {row.Commits}  {weights}");
        }
    }
}

/// <summary>The answer of <c>subnet weights show</c>.</summary>
internal sealed record WeightsShowDocument(ushort Netuid, IReadOnlyList<WeightsEntry> Rows) : Document(FormatName)
{
    public const string FormatName = "subnet/weights-show/1";

    /// <summary>The rows of a mechanism's place; a subnet's number is its first mechanism's.</summary>
    public static WeightsShowDocument Of(LedgerState state, ushort index)
    {
        ushort number = MechanismIndex.NetuidOf(index);
        List<WeightsEntry> rows = [];
        for (ushort uid = 0; state.Neurons.TryGet(new NeuronKey(number, uid), out Neuron? neuron); uid++)
        {
            SparseRow row = state.Weights.Find(new NeuronKey(index, uid)) ?? SparseRow.Empty;
            int commits = state.WeightCommits.Find(new HotkeyKey(index, neuron.Hotkey))?.Commits.Count ?? 0;
            if (row.Uids.Length > 0 || commits > 0)
            {
                rows.Add(new WeightsEntry(
                    uid, LedgerText.Address(neuron.Hotkey), state.LastUpdateOf(index, uid), [.. row.Uids.ToArray()], [.. row.Values.ToArray()], commits));
            }
        }

        return new WeightsShowDocument(number, rows);
    }
}

/// <summary>A row: columns and values of 65535.</summary>
internal sealed record WeightsEntry(ushort Uid, string Hotkey, Amount LastUpdateBlock, IReadOnlyList<ushort> Uids, IReadOnlyList<ushort> Values, int Commits);
