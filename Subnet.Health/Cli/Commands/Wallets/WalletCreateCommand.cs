using System.CommandLine;
using System.Security.Cryptography;
using Spectre.Console;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Wallets;

namespace Subnet.Health.Cli.Commands.Wallets;

/// <summary><c>subnet wallet create</c>: a coldkey, where the wallet has none, and a hotkey; each with its recovery phrase, shown once.</summary>
internal sealed class WalletCreateCommand : SubnetCommand
{
    private readonly WalletOptions options = new();

    private readonly Option<int> words = OptionNames.Create<int>("--n-words", "Words of each recovery phrase: 12, 15, 18, 21 or 24.", "--words");

    private readonly Option<bool> coldkeyOnly = OptionNames.Create<bool>("--coldkey-only", "Make no hotkey.");

    public WalletCreateCommand()
        : base(
            "create",
            "Create a wallet: a coldkey, a hotkey, and their recovery phrases.",
            new CommandExample("wallet create --wallet-name clinic --password-file password.txt", "a file with a password"))
    {
        words.DefaultValueFactory = _ => 12;
        words.AcceptOnlyFromAmong("12", "15", "18", "21", "24");
        foreach (Option option in new Option[] { options.Name, options.Hotkey, options.PasswordFile, words, coldkeyOnly })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(WalletCreateDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string wallet = options.WalletOf(context);
        string hotkey = options.HotkeyOf(context);
        WalletFolder folder = new(context.Home);
        List<string?> wanted = [];
        if (!File.Exists(folder.FileOf(wallet, null)))
        {
            wanted.Add(null);
        }

        if (!context.Get(coldkeyOnly))
        {
            wanted.Add(hotkey);
        }

        string? existing = wanted.FirstOrDefault(name => File.Exists(folder.FileOf(wallet, name)));
        if (existing is not null || wanted.Count == 0)
        {
            throw new CommandException(
                ErrorCodes.FileExists, $"The wallet '{wallet}' has {(existing is null ? "a coldkey" : $"a hotkey '{existing}'")} already.", "Choose another name.");
        }

        byte[] password = options.Password(context, confirm: true);
        List<CreatedKey> created = [];
        foreach (string? name in wanted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            created.Add(Create(context, folder, wallet, name, password));
        }

        CryptographicOperations.ZeroMemory(password);
        context.Output.Document(new WalletCreateDocument(wallet, created), console =>
        {
            foreach (CreatedKey key in created)
            {
                console.WriteLine($"{key.Name} {key.Address}");
                console.WriteLine($"  recovery phrase: {key.Mnemonic}");
            }
        });
        context.Output.Say("Write the recovery phrases down now: they are shown once, and whoever has them has the keys.");
        return Task.FromResult(ExitCode.Done);
    }

    private CreatedKey Create(CommandContext context, WalletFolder folder, string wallet, string? name, byte[] password)
    {
        using OperatingSystemRandomSource random = new();
        using Mnemonic mnemonic = Mnemonic.Generate(random, context.Get(words));
        using SigningKey key = SigningKey.FromMnemonic(mnemonic);
        KeyRole role = name is null ? KeyRole.Coldkey : KeyRole.Hotkey;
        folder.Write(wallet, name, KeystoreFile.Seal(key, role, password, WalletOptions.Cost(context), random));
        return new CreatedKey(role, name ?? "coldkey", key.Address, key.PublicKey.ToArray(), folder.FileOf(wallet, name), mnemonic.ToPhrase());
    }
}

/// <summary>The answer of <c>subnet wallet create</c>.</summary>
internal sealed record WalletCreateDocument(string Wallet, IReadOnlyList<CreatedKey> Keys) : Document(FormatName)
{
    public const string FormatName = "subnet/wallet-create/1";
}

/// <summary>A key that was made just now. The phrase is in this answer and nowhere else.</summary>
internal sealed record CreatedKey(KeyRole Role, string Name, string Address, byte[] PublicKey, string File, string Mnemonic);
