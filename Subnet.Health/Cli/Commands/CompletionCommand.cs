using System.CommandLine;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet completion SHELL</c>: a script that completes subnet's words in that shell.</summary>
internal sealed class CompletionCommand : SubnetCommand
{
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            _subnet() {
                local IFS=$'\n'
                COMPREPLY=($(subnet "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null))
            }
            complete -F _subnet subnet
            """,
        ["zsh"] = """
            _subnet() {
                local words=("${(@f)$(subnet "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
                compadd -a words
            }
            compdef _subnet subnet
            """,
        ["fish"] = """
            complete -f -c subnet -a "(subnet '[suggest:'(commandline -C)']' (commandline))"
            """,
        ["pwsh"] = """
            Register-ArgumentCompleter -Native -CommandName subnet -ScriptBlock {
                param($wordToComplete, $commandAst, $cursorPosition)
                subnet "[suggest:$cursorPosition]" "$commandAst" | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }
            """,
    };

    private readonly Argument<string> shell = new("SHELL") { Description = "bash, zsh, fish or pwsh." };

    public CompletionCommand()
        : base(
            "completion",
            "Print a script that completes subnet's words in a shell.",
            new CommandExample("completion bash"))
    {
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        Arguments.Add(shell);
    }

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        context.Output.Raw(Scripts[context.Get(shell)].ReplaceLineEndings("\n") + "\n");
        return Task.FromResult(ExitCode.Done);
    }
}
