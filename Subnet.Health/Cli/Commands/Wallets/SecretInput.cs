using System.Text;
using Subnet.Health.Cli.Errors;

namespace Subnet.Health.Cli.Commands.Wallets;

/// <summary>Reads secrets the three ways that keep them off the command line: a file, the environment, a question without echo.</summary>
internal static class SecretInput
{
    private const int MaxFileByteCount = 4096;

    /// <summary>The secret, UTF-8.</summary>
    /// <param name="context">The running command.</param>
    /// <param name="file">The file of the option, or null.</param>
    /// <param name="variable">The environment variable.</param>
    /// <param name="what">What is asked for.</param>
    /// <param name="option">The option's name, for the message.</param>
    /// <param name="confirm">Whether to ask twice.</param>
    /// <exception cref="CommandException">There is none, or the two answers differ.</exception>
    public static byte[] Read(CommandContext context, string? file, string variable, string what, string option, bool confirm)
    {
        string? text = file is not null ? FirstLine(context, file) : context.Environment.Variable(variable);
        if (text is null && context.Environment.IsInteractive && !context.Output.IsJson && !context.Output.IsQuiet)
        {
            text = Ask(context, $"{what}: ");
            if (confirm && !string.Equals(text, Ask(context, $"{what} again: "), StringComparison.Ordinal))
            {
                throw new CommandException(ErrorCodes.SecretMissing, "The two answers differ; nothing was done.", "Run it again.");
            }
        }

        return string.IsNullOrEmpty(text)
            ? throw new CommandException(
                ErrorCodes.SecretMissing, $"A secret is needed and there is none ({what.ToLowerInvariant()}).", $"Give {option}, set {variable}, or run it on a terminal.")
            : Encoding.UTF8.GetBytes(text);
    }

    private static string FirstLine(CommandContext context, string file)
    {
        string path = context.ExistingFile(file);
        if (new FileInfo(path).Length > MaxFileByteCount)
        {
            throw new CommandException(ErrorCodes.FileMalformed, $"The file '{file}' is too long to hold a secret.", "Put the secret alone on its first line.");
        }

        return File.ReadLines(path).FirstOrDefault() ?? "";
    }

    private static string Ask(CommandContext context, string question)
    {
        context.Environment.Error.Write(question);
        if (context.Environment.In != Console.In || Console.IsInputRedirected)
        {
            return context.Environment.In.ReadLine() ?? "";
        }

        StringBuilder answer = new();
        for (ConsoleKeyInfo key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                answer.Length = Math.Max(0, answer.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                answer.Append(key.KeyChar);
            }
        }

        context.Environment.Error.WriteLine();
        return answer.ToString();
    }
}
