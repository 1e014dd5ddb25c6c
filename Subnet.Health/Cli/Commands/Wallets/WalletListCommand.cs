using Spectre.Console;
using Subnet.Crypto.Identity;
using Subnet.Health.Cli.Output;
using Subnet.Health.Wallets;

namespace Subnet.Health.Cli.Commands.Wallets;

/// <summary><c>subnet wallet list</c>: every key of this home.</summary>
internal sealed class WalletListCommand : SubnetCommand
{
    public WalletListCommand()
        : base("list", "List the wallets of this home and their keys.", new CommandExample("wallet list"))
    {
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(WalletListDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        WalletFolder folder = new(context.Home);
        List<ListedKey> keys = [];
        foreach (string wallet in folder.Names())
        {
            string?[] names = File.Exists(folder.FileOf(wallet, null)) ? [null, .. folder.Hotkeys(wallet)] : [.. folder.Hotkeys(wallet)];
            foreach (string? name in names)
            {
                KeystoreHeader header = WalletOptions.Header(context, wallet, name);
                keys.Add(new ListedKey(wallet, header.Role, name ?? "coldkey", header.Address));
            }
        }

        context.Output.Document(new WalletListDocument(keys), console =>
        {
            Table table = new Table().AddColumns("wallet", "key", "address");
            foreach (ListedKey key in keys)
            {
                table.AddRow(new Text(key.Wallet), new Text(key.Role == KeyRole.Coldkey ? "coldkey" : $"hotkey {key.Name}"), new Text(key.Address));
            }

            console.Write(table);
        });
        return Task.FromResult(ExitCode.Done);
    }
}

/// <summary>The answer of <c>subnet wallet list</c>.</summary>
internal sealed record WalletListDocument(IReadOnlyList<ListedKey> Keys) : Document(FormatName)
{
    public const string FormatName = "subnet/wallet-list/1";
}

/// <summary>A key of this home.</summary>
internal sealed record ListedKey(string Wallet, KeyRole Role, string Name, string Address);
