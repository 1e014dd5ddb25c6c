using System.CommandLine;
using Subnet.Crypto.Identity;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Settings;
using Subnet.Health.Wallets;

namespace Subnet.Health.Cli.Commands.Wallets;

/// <summary>The options that wallet commands share, and what they make of them.</summary>
/// <param name="withShortName">Whether <c>--name</c> is the wallet's: not where a command names something else by it.</param>
internal sealed class WalletOptions(bool withShortName = true)
{
    public Option<string> Name { get; } = Named("--wallet-name", "The wallet.", withShortName ? ["--name"] : []);

    public Option<string> Hotkey { get; } = Named("--wallet-hotkey", "The hotkey within the wallet.", "--hotkey");

    public Option<string?> PasswordFile { get; } =
        OptionNames.Create<string?>("--password-file", "A file whose first line is the password; else SUBNET_WALLET_PASSWORD, else a question.");

    /// <summary>The wallet's name.</summary>
    /// <exception cref="CommandException">It cannot be one.</exception>
    public string WalletOf(CommandContext context) => Checked(context.Get(Name)!);

    /// <summary>The hotkey's name.</summary>
    /// <exception cref="CommandException">It cannot be one.</exception>
    public string HotkeyOf(CommandContext context) => Checked(context.Get(Hotkey)!);

    /// <summary>The password: from the file, the environment or the terminal.</summary>
    /// <exception cref="CommandException">None of them has one.</exception>
    public byte[] Password(CommandContext context, bool confirm) =>
        SecretInput.Read(context, context.Get(PasswordFile), "SUBNET_WALLET_PASSWORD", "Password", "--password-file", confirm);

    /// <summary>The cost of new keystore files.</summary>
    public static ScryptCost Cost(CommandContext context)
    {
        int logN = int.Parse(context.Settings.Find(SettingsCatalog.WalletScryptLogN).Value!, System.Globalization.CultureInfo.InvariantCulture);
        return ScryptCost.Default with { N = 1 << logN };
    }

    /// <summary>Opens a key.</summary>
    /// <exception cref="CommandException">It does not exist, is malformed, or the password is wrong.</exception>
    public SigningKey Open(CommandContext context, string wallet, string? hotkey)
    {
        byte[] file = ReadFile(context, wallet, hotkey);
        byte[] password = Password(context, confirm: false);
        try
        {
            return KeystoreFile.Unseal(file, password);
        }
        catch (KeystoreException fault)
        {
            throw Translate(fault, wallet, hotkey);
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(password);
        }
    }

    /// <summary>Reads a keystore file's clear part.</summary>
    public static KeystoreHeader Header(CommandContext context, string wallet, string? hotkey)
    {
        try
        {
            return KeystoreFile.ReadHeader(ReadFile(context, wallet, hotkey));
        }
        catch (KeystoreException fault)
        {
            throw Translate(fault, wallet, hotkey);
        }
    }

    private static byte[] ReadFile(CommandContext context, string wallet, string? hotkey)
    {
        WalletFolder folder = new(context.Home);
        return File.Exists(folder.FileOf(wallet, hotkey))
            ? folder.Read(wallet, hotkey)
            : throw new CommandException(
                ErrorCodes.WalletNotFound,
                $"There is no {(hotkey is null ? "coldkey" : $"hotkey '{hotkey}'")} in the wallet '{wallet}'.",
                "'subnet wallet list' shows what there is, --wallet-name and --wallet-hotkey choose; 'subnet wallet create' makes one.");
    }

    private static CommandException Translate(KeystoreException fault, string wallet, string? hotkey) => fault.Fault switch
    {
        KeystoreFault.Password => new CommandException(
            ErrorCodes.PasswordWrong, $"The key {hotkey ?? "coldkey"} of '{wallet}' did not open: {fault.Message}.", "Give the password it was made with.", fault),
        _ => new CommandException(
            ErrorCodes.FileMalformed, $"The key {hotkey ?? "coldkey"} of '{wallet}' cannot be read: {fault.Message}.", "Recover it from its recovery phrase.", fault),
    };

    private static string Checked(string name) => WalletFolder.IsName(name)
        ? name
        : throw new CommandException(ErrorCodes.Usage, $"'{name}' cannot be the name of a wallet or hotkey.", "Use up to 64 letters, digits, '-' and '_'.");

    private static Option<string> Named(string name, string description, params string[] aliases)
    {
        Option<string> option = OptionNames.Create<string>(name, description, aliases);
        option.DefaultValueFactory = _ => "default";
        return option;
    }
}
