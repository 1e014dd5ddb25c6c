using Spectre.Console;
using Subnet.Health.Cli.Doctor;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet doctor</c>: checks this machine; each finding with its fix.</summary>
internal sealed class DoctorCommand : SubnetCommand
{
    public DoctorCommand()
        : base("doctor", "Check this machine; each finding comes with its fix.", new CommandExample("doctor"), new CommandExample("doctor --json"))
    {
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(DoctorDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        DoctorDocument document = new(
            ProgramVersion.Build,
            [
                MachineChecks.Runtime(),
                MachineChecks.Cpu(),
                MachineChecks.PlatformCryptography(),
                MachineChecks.Disk(context.Home),
                await MachineChecks.PortsAsync(cancellationToken).ConfigureAwait(false),
                await MachineChecks.ClockAsync(context.Time, cancellationToken).ConfigureAwait(false),
                await MachineChecks.ProgramAsync(context.Environment, "node", "Install Node.js 20 or newer.", cancellationToken).ConfigureAwait(false),
                await MachineChecks.ProgramAsync(context.Environment, "chromium", "Install chromium.", cancellationToken).ConfigureAwait(false),
                await MachineChecks.ProgramAsync(context.Environment, "psql", "Install PostgreSQL 15 or newer.", cancellationToken).ConfigureAwait(false),
            ]);
        context.Output.Document(document, console => Render(console, document));
        return document.Checks.Any(check => check.Status == CheckStatus.Failed) ? ExitCode.No : ExitCode.Done;
    }

    private static void Render(IAnsiConsole console, DoctorDocument document)
    {
        foreach (DoctorCheck check in document.Checks)
        {
            (string word, Color color) = check.Status switch
            {
                CheckStatus.Ok => ("ok", Color.Green),
                CheckStatus.Warning => ("warning", Color.Yellow),
                _ => ("failed", Color.Red),
            };
            console.Write(new Text(word.PadRight(9), new Style(color)));
            console.WriteLine($"{check.Name}: {check.Detail}");
            if (check.Fix is not null)
            {
                console.WriteLine($"         fix: {check.Fix}");
            }
        }
    }
}

/// <summary>The answer of <c>subnet doctor</c>.</summary>
internal sealed record DoctorDocument(string Build, IReadOnlyList<DoctorCheck> Checks) : Document(FormatName)
{
    public const string FormatName = "subnet/doctor/1";
}
