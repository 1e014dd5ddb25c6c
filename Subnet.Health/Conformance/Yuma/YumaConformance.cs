using System.Text.Json;

namespace Subnet.Health.Conformance.Yuma;

/// <summary>
/// Replays the consensus and emission vectors: single functions, fixed-point operations, epochs and chains of epochs, each compared
/// with the exact expected bits.
/// </summary>
internal sealed class YumaConformance : IConformanceSuite
{
    /// <summary>The schema this suite knows.</summary>
    public const string Format = "subnetstack-yuma/1";

    private const string Readme = "README.md";

    /// <inheritdoc/>
    public string Name => "yuma";

    /// <inheritdoc/>
    public string Description => "Replays epochs, chains of epochs and single functions of consensus and emission, bit for bit.";

    /// <inheritdoc/>
    public void Run(string folder, ConformanceReport report, CancellationToken cancellationToken)
    {
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        List<(string Name, JsonDocument? Document, string Problem)> opened = [];
        try
        {
            foreach (string file in files)
            {
                cancellationToken.ThrowIfCancellationRequested();
                string name = Path.GetRelativePath(folder, file);
                if (!string.Equals(Path.GetFileName(name), Readme, StringComparison.OrdinalIgnoreCase))
                {
                    (JsonDocument? document, string problem) = Open(file);
                    opened.Add((name, document, problem));
                }
            }

            // A folder without a single file of the schema is another folder, not a failed one.
            if (opened.All(f => f.Document is null))
            {
                return;
            }

            foreach ((string name, JsonDocument? document, string problem) in opened)
            {
                if (document is null)
                {
                    report.Fail(name, "a file of " + Format, problem);
                }
                else
                {
                    RunFile(name, document.RootElement, report, cancellationToken);
                }
            }
        }
        finally
        {
            opened.ForEach(f => f.Document?.Dispose());
        }
    }

    private static (JsonDocument? Document, string Problem) Open(string file)
    {
        JsonDocument? document = null;
        try
        {
            using FileStream stream = File.OpenRead(file);
            document = JsonDocument.Parse(stream);
            VectorObject root = new("the file", document.RootElement);
            string format = root.Text("format");
            if (format == Format)
            {
                return (document, "");
            }

            document.Dispose();
            return (null, $"format '{format}'");
        }
        catch (Exception exception) when (exception is JsonException or VectorFormatException or InvalidOperationException)
        {
            document?.Dispose();
            return (null, exception.Message);
        }
    }

    private static void RunFile(string file, JsonElement content, ConformanceReport report, CancellationToken cancellationToken)
    {
        string kind;
        JsonElement[] cases;
        try
        {
            VectorObject root = new("the file", content);
            root.Text("format");
            kind = root.Text("kind");
            cases = root.Array("cases", (_, e) => e);
            root.RequireAllTakenButRemarks();
        }
        catch (Exception exception) when (exception is VectorFormatException or InvalidOperationException)
        {
            report.Fail(file, "a file of " + Format, exception.Message);
            return;
        }

        if (cases.Length == 0)
        {
            report.Fail(file, "at least one case", "none");
        }

        for (int i = 0; i < cases.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string id = $"{file}[{i}]";
            try
            {
                Difference? difference = kind switch
                {
                    "fixed_op" => FixedOperationCase.Run(cases[i]),
                    "fn" => FunctionCase.Run(cases[i]),
                    "epoch" => EpochCase.Run(cases[i]),
                    "epoch_chain" => EpochCase.RunChain(cases[i]),
                    _ => throw new VectorFormatException($"unknown kind '{kind}'"),
                };
                if (difference is { } found)
                {
                    report.Fail(id, found.Expected, found.Actual);
                }
                else
                {
                    report.Pass(id);
                }
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
            {
                // Whatever one case brings about is its own failure; the others are still replayed.
                report.Fail(id, "a case of " + kind, exception.Message);
            }
        }
    }
}
