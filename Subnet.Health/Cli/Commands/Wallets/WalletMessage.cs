using System.CommandLine;
using System.Text;
using Subnet.Health.Cli.Errors;

namespace Subnet.Health.Cli.Commands.Wallets;

/// <summary>What 'sign' and 'verify' are about: a text on the command line or a file's bytes.</summary>
internal sealed class WalletMessage
{
    /// <summary>Domain of such signatures: none of them is ever a transaction, a receipt or a request.</summary>
    public const string Domain = "subnet-message/1";

    private const long MaxFileByteCount = 64L << 20;

    public Argument<string?> Text { get; } = new("MESSAGE") { Description = "The message, as text.", Arity = ArgumentArity.ZeroOrOne };

    public Option<string?> File { get; } = OptionNames.Create<string?>("--file", "A file whose bytes are the message.");

    /// <summary>The bytes.</summary>
    /// <exception cref="CommandException">Neither or both were given, or the file is missing or too long.</exception>
    public byte[] Read(CommandContext context)
    {
        string? text = context.Arguments.GetValue(Text);
        string? file = context.Get(File);
        if (text is null == file is null)
        {
            throw new CommandException(ErrorCodes.Usage, "A message is needed, once.", "Give MESSAGE, or --file.");
        }

        if (text is not null)
        {
            return Encoding.UTF8.GetBytes(text);
        }

        string path = context.ExistingFile(file!);
        return new FileInfo(path).Length <= MaxFileByteCount
            ? System.IO.File.ReadAllBytes(path)
            : throw new CommandException(ErrorCodes.FileMalformed, $"The file '{file}' is longer than 64 MiB.", "Sign its SHA-256 instead.");
    }
}
