using System.CommandLine;
using Spectre.Console;
using Subnet.Crypto.Identity;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands.Wallets;

/// <summary><c>subnet wallet verify</c>: whether a signature of 'wallet sign' holds. Needs no wallet and no password.</summary>
internal sealed class WalletVerifyCommand : SubnetCommand
{
    private readonly WalletMessage message = new();
    private readonly Option<string?> address = OptionNames.Create<string?>("--address", "The signer's SS58 address.");
    private readonly Option<string?> signature = OptionNames.Create<string?>("--signature", "The signature, 128 hex digits.");

    public WalletVerifyCommand()
        : base(
            "verify",
            "Verify a message's signature; exit code 1 when it does not hold.",
            new CommandExample(
                "wallet verify hello --address 5FA9nQDVg267DEd8m1ZypXLBnvN7SFxYwV7ndqSYGiN9TTpu --signature SIGNATURE", "a signature by 'wallet sign'"))
    {
        Arguments.Add(message.Text);
        Options.Add(message.File);
        Options.Add(address);
        Options.Add(signature);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(WalletVerifyDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        byte[] bytes = message.Read(context);
        string signer = Needed(context, address);
        if (!Ss58Address.TryDecode(signer, out byte[]? publicKey, out string? error))
        {
            throw new CommandException(ErrorCodes.Usage, $"'{signer}' {error}.", "Copy the address again.");
        }

        string hex = Needed(context, signature);
        byte[] signed = new byte[DomainSignature.ByteCount];
        if (hex.Length != 2 * signed.Length || Convert.FromHexString(hex, signed, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            throw new CommandException(ErrorCodes.Usage, "The signature is not 128 hex digits.", "Copy it again.");
        }

        bool holds = DomainSignature.Verify(publicKey, WalletMessage.Domain, bytes, signed);
        context.Output.Document(
            new WalletVerifyDocument(signer, holds), console => console.WriteLine(holds ? "valid" : "not valid: another message, key, or a changed signature"));
        return Task.FromResult(holds ? ExitCode.Done : ExitCode.No);
    }

    private static string Needed(CommandContext context, Option<string?> option) => context.Get(option)
        ?? throw new CommandException(ErrorCodes.Usage, $"'wallet verify' needs {option.Name}.", $"Give {option.Name}.");
}

/// <summary>The answer of <c>subnet wallet verify</c>.</summary>
internal sealed record WalletVerifyDocument(string Address, bool Valid) : Document(FormatName)
{
    public const string FormatName = "subnet/wallet-verify/1";
}
