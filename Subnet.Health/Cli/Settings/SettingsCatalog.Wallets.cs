namespace Subnet.Health.Cli.Settings;

internal static partial class SettingsCatalog
{
    public static readonly Setting WalletScryptLogN =
        new("wallet.scrypt_log_n", SettingKind.Choice, "17", "Cost of new keystore files: 2^n, memory 2^n KiB.")
        {
            Choices = ["14", "15", "16", "17", "18"],
        };
}
