using System.Globalization;
using Spectre.Console;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits;

namespace Subnet.Health.Cli.Commands;

/// <summary>One query of a compiled model, in numbers.</summary>
internal sealed record CircuitPartEntry(
    string Set, int PlainBits, int ScaleBits, int Features, int Classes, string Norm1, string Bound, int FloodBits, double FloodingMarginBits, int UploadBytes, int ReplyBytes)
{
    /// <summary>Describes a part.</summary>
    public static CircuitPartEntry Of(ParameterChoice part) => new(
        part.Parameters.Set.Name,
        part.Parameters.PlainBits,
        part.Form.ScaleBits,
        part.Form.Features,
        part.Form.Classes,
        part.DeclaredNorm1.ToString(CultureInfo.InvariantCulture),
        part.DeclaredBound.ToString(CultureInfo.InvariantCulture),
        part.Parameters.FloodBits,
        Math.Round(part.FloodingMargin, 2),
        KeylessQuery.ByteCount(part.Parameters.Set),
        KeylessReply.ByteCount(part.Parameters, part.Form.Classes));

    /// <summary>The parts as a table.</summary>
    public static Table Table(IEnumerable<CircuitPartEntry> parts)
    {
        Table table = new Table().AddColumns("set", "plain bits", "scale bits", "features", "classes", "norm1", "bound", "flooding over noise", "upload", "reply", "failure");
        foreach (CircuitPartEntry part in parts)
        {
            table.AddRow(
                part.Set, $"{part.PlainBits}", $"{part.ScaleBits}", $"{part.Features}", $"{part.Classes}", part.Norm1, part.Bound,
                string.Create(CultureInfo.InvariantCulture, $"2^{part.FloodingMarginBits:F1}"), $"{part.UploadBytes} B", $"{part.ReplyBytes} B", "0");
        }

        return table;
    }
}

/// <summary>What rounding costs.</summary>
internal sealed record QuantisationEntry(
    int Rows, int RefusedRows, double RelativeError, double LargestError, int LabelsChanged, double? Auc, double? AucInteger)
{
    /// <summary>Describes a report.</summary>
    public static QuantisationEntry Of(QuantisationReport report) => new(
        report.Rows, report.RefusedRows, report.RelativeError, report.LargestError, report.LabelsChanged, report.Auc, report.AucInteger);

    /// <summary>The report in one sentence.</summary>
    public string Sentence => string.Create(
        CultureInfo.InvariantCulture,
        $"quantisation on {Rows} rows ({RefusedRows} refused): error {RelativeError:P3} of the scores' deviation, at most {LargestError:G3}, {LabelsChanged} labels changed");
}
