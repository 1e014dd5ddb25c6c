using System.CommandLine;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Health.Cli.Commands.Wallets;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Node;
using Subnet.Health.Wallets;

namespace Subnet.Health.Cli.Commands;

/// <summary>
/// The wallet options of the ledger's commands. There <c>--hotkey</c> is the one that is staked behind, so the signing one is
/// <c>--wallet-hotkey</c> only.
/// </summary>
internal sealed class WalletKeys
{
    private readonly WalletOptions options = new();
    private readonly Option<string> hotkey = OptionNames.Create<string>("--wallet-hotkey", "The hotkey within the wallet.", "-H");

    public WalletKeys() => hotkey.DefaultValueFactory = _ => "default";

    public Option<string> Name => options.Name;

    public IEnumerable<Option> All => [options.Name, hotkey, options.PasswordFile];

    /// <summary>Opens the coldkey or hotkey to sign with.</summary>
    public LedgerKey Load(CommandContext context, bool asHotkey) =>
        new(options.Open(context, options.WalletOf(context), asHotkey ? HotkeyOf(context) : null));

    /// <summary>Opens the coldkey or hotkey itself, for a role that signs more than transactions.</summary>
    public SigningKey Open(CommandContext context, bool asHotkey) =>
        options.Open(context, options.WalletOf(context), asHotkey ? HotkeyOf(context) : null);

    /// <summary>Opens the coldkey of a wallet that is named apart, or of the one at hand.</summary>
    public SigningKey OpenColdkey(CommandContext context, string? name) => name is null || WalletFolder.IsName(name)
        ? options.Open(context, name ?? options.WalletOf(context), null)
        : throw new CommandException(ErrorCodes.Usage, $"'{name}' cannot be the name of a wallet.", "Use up to 64 letters, digits, '-' and '_'.");

    /// <summary>The public key of the wallet's coldkey or hotkey; needs no password.</summary>
    public AccountId Account(CommandContext context, bool asHotkey) =>
        new(WalletOptions.Header(context, options.WalletOf(context), asHotkey ? HotkeyOf(context) : null).PublicKey.Span);

    private string HotkeyOf(CommandContext context) => context.Get(hotkey) is { } name && WalletFolder.IsName(name)
        ? name
        : throw new CommandException(ErrorCodes.Usage, $"'{context.Get(hotkey)}' cannot be the name of a hotkey.", "Use up to 64 letters, digits, '-' and '_'.");
}
