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
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        VerifiedLog log = OpenLog(context);
        long from = context.Get(lo);
        long to = context.Get(hi) ?? log.Checkpoint.Size;
        if (from < log.FirstEntry || from >= to || to > log.Checkpoint.Size)
        {
            throw new CommandException(
                ErrorCodes.Usage, $"A bundle is a run of the log's entries {log.FirstEntry} to {log.Checkpoint.Size - 1}.", "Choose --lo and --hi.");
        }

        string? target = context.Get(output);
        if (to - from > AuditBundle.MaximumItems && target is null)
        {
            throw new CommandException(
                ErrorCodes.Usage, $"A bundle has at most {AuditBundle.MaximumItems} entries; a wider span goes as several.", "Give --output: further files are numbered.");
        }

        EntryFilter wanted = filter.Read(context);
        await RecordExportedAsync(context, log.Checkpoint, from, to, cancellationToken).ConfigureAwait(false);
        try
        {
            string? note = context.Get(older) is { } file ? await File.ReadAllTextAsync(context.ExistingFile(file), cancellationToken).ConfigureAwait(false) : null;
            for (long lo = from; lo < to; lo += AuditBundle.MaximumItems)
            {
                cancellationToken.ThrowIfCancellationRequested();
                AuditBundle bundle = log.Bundle(lo, Math.Min(lo + AuditBundle.MaximumItems, to), entry => wanted.Matches(entry.Members), note);
                using MemoryStream bytes = new();
                bundle.Write(bytes);
                string? path = target is null || lo == from ? target : Numbered(target, ((lo - from) / AuditBundle.MaximumItems) + 1);
                WriteOutput(context, path, writer => writer.Write(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length)));
            }
        }
        catch (UnsoundLogException unsound)
        {
            throw Unsound(unsound);
        }

        return ExitCode.Done;
    }

    /// <summary><c>case.audit.json</c> becomes <c>case.2.audit.json</c>.</summary>
    private static string Numbered(string path, long number)
    {
        const string Suffix = ".audit.json";
        string tail = path.EndsWith(Suffix, StringComparison.Ordinal) ? Suffix : Path.GetExtension(path);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path[..^tail.Length]}.{number}{tail}");
    }
}
