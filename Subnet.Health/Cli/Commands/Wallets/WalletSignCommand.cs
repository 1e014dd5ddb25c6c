using System.CommandLine;
using Spectre.Console;
using Subnet.Crypto.Identity;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands.Wallets;

/// <summary><c>subnet wallet sign</c>: signs a message under its own domain.</summary>
internal sealed class WalletSignCommand : SubnetCommand
{
    private readonly WalletOptions options = new();
    private readonly WalletMessage message = new();
    private readonly Option<KeyRole> role = OptionNames.Create<KeyRole>("--key", "Which key signs: coldkey or hotkey.");

    public WalletSignCommand()
        : base("sign", "Sign a message with a key of a wallet.", new CommandExample("wallet sign hello --key hotkey", "a wallet and its password"))
    {
        role.DefaultValueFactory = _ => KeyRole.Hotkey;
        Arguments.Add(message.Text);
        foreach (Option option in new Option[] { message.File, options.Name, options.Hotkey, options.PasswordFile, role })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(WalletSignDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        byte[] bytes = message.Read(context);
        string? hotkey = context.Get(role) == KeyRole.Coldkey ? null : options.HotkeyOf(context);
        using SigningKey key = options.Open(context, options.WalletOf(context), hotkey);
        byte[] signature = DomainSignature.Sign(key, WalletMessage.Domain, bytes);
        context.Output.Document(
            new WalletSignDocument(key.Address, key.PublicKey.ToArray(), WalletMessage.Domain, signature),
            console => console.WriteLine(Convert.ToHexStringLower(signature)));
        return Task.FromResult(ExitCode.Done);
    }
}

/// <summary>The answer of <c>subnet wallet sign</c>.</summary>
internal sealed record WalletSignDocument(string Address, byte[] PublicKey, string Domain, byte[] Signature) : Document(FormatName)
{
    public const string FormatName = "subnet/wallet-sign/1";
}
