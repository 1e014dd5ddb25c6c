using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Spectre.Console;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Wallets;

namespace Subnet.Health.Cli.Commands.Wallets;

/// <summary><c>subnet wallet recover</c>: a key from its recovery phrase.</summary>
internal sealed class WalletRecoverCommand : SubnetCommand
{
    private readonly WalletOptions options = new();

    private readonly Option<KeyRole> role = OptionNames.Create<KeyRole>("--key", "Which key: coldkey or hotkey.");

    private readonly Option<string?> phraseFile = OptionNames.Create<string?>(
        "--mnemonic-file", "A file whose first line is the recovery phrase; else SUBNET_WALLET_MNEMONIC, else a question.");

    public WalletRecoverCommand()
        : base(
            "recover",
            "Recover a key from its recovery phrase.",
            new CommandExample("wallet recover --key coldkey --mnemonic-file phrase.txt --password-file password.txt", "files with a phrase and a password"))
    {
        role.DefaultValueFactory = _ => KeyRole.Coldkey;
        foreach (Option option in new Option[] { options.Name, options.Hotkey, options.PasswordFile, role, phraseFile })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(WalletRecoverDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string wallet = options.WalletOf(context);
        KeyRole kind = context.Get(role);
        string? name = kind == KeyRole.Coldkey ? null : options.HotkeyOf(context);
        WalletFolder folder = new(context.Home);
        if (File.Exists(folder.FileOf(wallet, name)))
        {
            throw new CommandException(
                ErrorCodes.FileExists, $"The wallet '{wallet}' has {(name is null ? "a coldkey" : $"a hotkey '{name}'")} already.", "Choose another name.");
        }

        byte[] phrase = SecretInput.Read(
            context, context.Get(phraseFile), "SUBNET_WALLET_MNEMONIC", "Recovery phrase", "--mnemonic-file", confirm: false);
        bool read = Mnemonic.TryParse(Encoding.UTF8.GetString(phrase), out Mnemonic? mnemonic, out string? error);
        CryptographicOperations.ZeroMemory(phrase);
        using Mnemonic? owned = mnemonic;
        if (!read)
        {
            throw new CommandException(ErrorCodes.MnemonicInvalid, $"The recovery phrase cannot be used: {error}.", "Compare it with what was written down.");
        }

        using OperatingSystemRandomSource random = new();
        using SigningKey key = SigningKey.FromMnemonic(mnemonic!);
        byte[] password = options.Password(context, confirm: true);
        folder.Write(wallet, name, KeystoreFile.Seal(key, kind, password, WalletOptions.Cost(context), random));
        CryptographicOperations.ZeroMemory(password);
        context.Output.Document(
            new WalletRecoverDocument(wallet, kind, name ?? "coldkey", key.Address, key.PublicKey.ToArray(), folder.FileOf(wallet, name)),
            console => console.WriteLine($"{name ?? "coldkey"} {key.Address}"));
        return Task.FromResult(ExitCode.Done);
    }
}

/// <summary>The answer of <c>subnet wallet recover</c>.</summary>
internal sealed record WalletRecoverDocument(string Wallet, KeyRole Role, string Name, string Address, byte[] PublicKey, string File) : Document(FormatName)
{
    public const string FormatName = "subnet/wallet-recover/1";
}
