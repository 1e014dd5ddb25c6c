using System.CommandLine;
using System.Text;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Review.Bundles;
using Subnet.Health.Review.Queries;

namespace Subnet.Health.Cli.Commands.Audit;

/// <summary><c>subnet audit bundle LOG</c>: one file with a run of entries, some withheld, that a reviewer checks offline.</summary>
internal sealed class AuditBundleCommand : AuditReadCommand
{
    private readonly EntryFilterOptions filter = new();

    private readonly Option<long> lo = new("--lo") { Description = "First entry of the run." };

    private readonly Option<long?> hi = new("--hi") { Description = "First entry behind the run; else the log's end." };

    private readonly Option<string?> older = new("--older") { Description = "An earlier checkpoint; the bundle then shows that the log extends it." };

    private readonly Option<string?> output = new("--output", "-o") { Description = "File to write, best NAME.audit.json; else standard output." };

    public AuditBundleCommand()
        : base(
            "bundle",
            "Writes a run of entries with its proof in one file; entries that the search options do not choose are withheld.",
            new CommandExample(
                "audit bundle clinic/log --policy reviewer.policy --lo 100 --hi 400 --subject s1:db8R... --output case-17.audit.json",
                "a log's folder and a policy file"))
    {
        foreach (Option option in (Option[])[lo, hi, older, output, .. filter.All])
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        VerifiedLog log = OpenLog(context);
        long from = context.Get(lo);
        long to = context.Get(hi) ?? log.Checkpoint.Size;
        if (from < 0 || from >= to || to > log.Checkpoint.Size || to - from > AuditBundle.MaximumItems)
        {
            throw new CommandException(
                ErrorCodes.Usage,
                $"A bundle is a run of 1 to {AuditBundle.MaximumItems} of the log's {log.Checkpoint.Size} entries.",
                "Choose --lo and --hi; a wider span goes as several bundles.");
        }

        EntryFilter wanted = filter.Read(context);
        try
        {
            string? note = context.Get(older) is { } file ? File.ReadAllText(context.ExistingFile(file)) : null;
            AuditBundle bundle = log.Bundle(from, to, entry => wanted.Matches(entry.Members), note);
            using MemoryStream bytes = new();
            bundle.Write(bytes);
            WriteOutput(context, context.Get(output), writer => writer.Write(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length)));
        }
        catch (UnsoundLogException unsound)
        {
            throw Unsound(unsound);
        }

        return Task.FromResult(ExitCode.Done);
    }
}
