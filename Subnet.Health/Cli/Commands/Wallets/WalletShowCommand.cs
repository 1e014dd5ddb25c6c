using Spectre.Console;
using Subnet.Crypto.Identity;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Wallets;

namespace Subnet.Health.Cli.Commands.Wallets;

/// <summary><c>subnet wallet show</c>: one wallet's keys, with public keys, files and the cost of opening them.</summary>
internal sealed class WalletShowCommand : SubnetCommand
{
    private readonly WalletOptions options = new();

    public WalletShowCommand()
        : base("show", "Show one wallet: addresses, public keys, files.", new CommandExample("wallet show --wallet-name clinic", "a wallet of that name"))
    {
        Options.Add(options.Name);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(WalletShowDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string wallet = options.WalletOf(context);
        WalletFolder folder = new(context.Home);
        string?[] names = File.Exists(folder.FileOf(wallet, null)) ? [null, .. folder.Hotkeys(wallet)] : [.. folder.Hotkeys(wallet)];
        if (names.Length == 0)
        {
            throw new CommandException(ErrorCodes.WalletNotFound, $"There is no wallet '{wallet}'.", "'subnet wallet list' shows what there is.");
        }

        ShownKey[] keys =
        [
            .. names.Select(name =>
            {
                KeystoreHeader header = WalletOptions.Header(context, wallet, name);
                long memory = 128L * header.Cost.N * header.Cost.R;
                return new ShownKey(header.Role, name ?? "coldkey", header.Address, header.PublicKey.ToArray(), folder.FileOf(wallet, name), memory);
            }),
        ];
        context.Output.Document(new WalletShowDocument(wallet, keys), console =>
        {
            foreach (ShownKey key in keys)
            {
                console.WriteLine(key.Role == KeyRole.Coldkey ? "coldkey" : $"hotkey {key.Name}");
                console.WriteLine($"  address     {key.Address}");
                console.WriteLine($"  public key  {Convert.ToHexStringLower(key.PublicKey)}");
                console.WriteLine($"  file        {key.File}");
            }
        });
        return Task.FromResult(ExitCode.Done);
    }
}

/// <summary>The answer of <c>subnet wallet show</c>.</summary>
internal sealed record WalletShowDocument(string Wallet, IReadOnlyList<ShownKey> Keys) : Document(FormatName)
{
    public const string FormatName = "subnet/wallet-show/1";
}

/// <summary>A key of a wallet, and the memory that opening it takes.</summary>
internal sealed record ShownKey(KeyRole Role, string Name, string Address, byte[] PublicKey, string File, long KdfMemoryBytes);
