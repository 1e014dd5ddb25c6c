namespace Subnet.Health.Cli.Errors;

internal static partial class ErrorCodes
{
    public static readonly ErrorCode WalletNotFound = new("wallet-not-found", ExitCode.CouldNot, "There is no wallet or key of that name.");

    public static readonly ErrorCode PasswordWrong =
        new("password-wrong", ExitCode.CouldNot, "A keystore file did not open: the password is wrong, or the file was changed.");

    public static readonly ErrorCode MnemonicInvalid =
        new("mnemonic-invalid", ExitCode.CouldNot, "A recovery phrase has an unknown word, a wrong number of words or a wrong checksum.");
}
