using System.CommandLine;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Conformance;
using Subnet.Health.Conformance.Models;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet conformance KIND FOLDER</c>: replays a folder of vectors and prints what differs.</summary>
internal sealed class ConformanceCommand : SubnetCommand
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    private readonly Func<ParseResult, IConformanceSuite> create;

    private readonly Argument<string> folder = new("FOLDER") { Description = "The folder of vectors." };

    private ConformanceCommand(IConformanceSuite suite, Func<ParseResult, IConformanceSuite> create, params Option[] options)
        : base(suite.Name, suite.Description, new CommandExample($"conformance {suite.Name} vectors/{suite.Name}", "a folder of such vectors"))
    {
        this.create = create;
        Arguments.Add(folder);
        foreach (Option option in options)
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ConformanceDocument)];

    /// <summary>One command a suite.</summary>
    public static IEnumerable<ConformanceCommand> All() => ConformanceSuites.All().Select(Create);

    private static ConformanceCommand Create(IConformanceSuite suite)
    {
        if (suite is not ModelsConformance)
        {
            return new ConformanceCommand(suite, _ => suite);
        }

        Option<int> rows = new("--rows")
        {
            Description = "Rows of each model that go through encryption. Forests under keys take one for each 32, and in batches as many whole trees as have four leaves a row.",
            DefaultValueFactory = _ => ModelsConformance.DefaultRows,
        };
        return new ConformanceCommand(suite, arguments => new ModelsConformance(arguments.GetValue(rows)), rows);
    }

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string path = context.ExistingFolder(context.Get(folder));
        ConformanceReport report = new();
        IConformanceSuite suite = create(context.Arguments);
        context.Output.Say($"replaying {path}");
        long lastSaid = context.Time.GetTimestamp();
        report.CaseFinished += state =>
        {
            if (context.Time.GetElapsedTime(lastSaid) >= ProgressInterval)
            {
                lastSaid = context.Time.GetTimestamp();
                context.Output.Say($"{suite.Name}: {state.Summary} so far");
            }
        };
        await Task.Run(() => suite.Run(path, report, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (report.IsEmpty)
        {
            throw new CommandException(
                ErrorCodes.NoCases, $"'{path}' holds no case of '{suite.Name}'.", "Name the folder that holds the vectors' files.");
        }

        ConformanceDocument document = new(
            suite.Name, report.Passed, report.Failures.Count, report.Skips.Count, report.Failures, report.Skips, suite.Notes);
        context.Output.Document(document, _ =>
        {
            foreach (string note in suite.Notes)
            {
                context.Output.Raw($"note {note}\n");
            }

            foreach (ConformanceSkip skip in report.Skips)
            {
                context.Output.Raw($"skipped {skip.Case}: {OneLine(skip.Reason)}\n");
            }

            foreach (ConformanceFailure failure in report.Failures)
            {
                context.Output.Raw($"failed {failure.Case}: expected {OneLine(failure.Expected)}, got {OneLine(failure.Actual)}\n");
            }

            context.Output.Raw(report.Summary + "\n");
        });
        return report.Failures.Count == 0 ? ExitCode.Done : ExitCode.No;
    }

    private static string OneLine(string text)
    {
        const int Longest = 400;
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= Longest ? line : string.Concat(line.AsSpan(0, Longest), "…");
    }
}

/// <summary>The answer of <c>subnet conformance</c>.</summary>
internal sealed record ConformanceDocument(
    string Kind,
    int Passed,
    int Failed,
    int Skipped,
    IReadOnlyList<ConformanceFailure> Failures,
    IReadOnlyList<ConformanceSkip> Skips,
    IReadOnlyList<string> Notes) : Document(FormatName)
{
    public const string FormatName = "subnet/conformance/1";
}
