using System.Globalization;
using Spectre.Console;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits;

namespace Subnet.Health.Cli.Commands;

/// <summary>The query of a compiled model, in numbers.</summary>
internal sealed record CircuitQueryEntry(
    string Set,
    int PlainBits,
    int ScaleBits,
    int Features,
    int Classes,
    int Ciphertexts,
    IReadOnlyList<int> RowClasses,
    string Norm1,
    string Bound,
    int FloodBits,
    double FloodingMarginBits,
    int UploadBytes,
    int ReplyBytes)
{
    /// <summary>Describes a choice.</summary>
    public static CircuitQueryEntry Of(ParameterChoice choice)
    {
        KeylessSet set = choice.Parameters.Set;
        int ciphertexts = new KeylessLayout(choice.Form.Features, choice.Form.Classes, 1).Place(set).Ciphertexts;
        return new CircuitQueryEntry(
            set.Name,
            choice.Parameters.PlainBits,
            choice.Form.ScaleBits,
            choice.Form.Features,
            choice.Form.Classes,
            ciphertexts,
            [.. KeylessLayout.RowClasses.ToArray().Where(rows => new KeylessLayout(choice.Form.Features, choice.Form.Classes, rows).Fits(set))],
            choice.DeclaredNorm1.ToString(CultureInfo.InvariantCulture),
            choice.DeclaredBound.ToString(CultureInfo.InvariantCulture),
            set.WeightsArePublic ? 0 : choice.Parameters.FloodBits,
            set.WeightsArePublic ? 0 : Math.Round(choice.FloodingMargin, 2),
            KeylessQuery.ByteCount(set, ciphertexts),
            KeylessReply.ByteCount(choice.Parameters, choice.Form.Classes));
    }

    /// <summary>The query as a table.</summary>
    public Table Table() => new Table()
        .AddColumns("set", "plain bits", "scale bits", "features", "classes", "ciphertexts", "rows", "norm1", "bound", "flooding over noise", "upload", "reply", "failure")
        .AddRow(
            Set, $"{PlainBits}", $"{ScaleBits}", $"{Features}", $"{Classes}", $"{Ciphertexts}", string.Join('/', RowClasses), Norm1, Bound,
            string.Create(CultureInfo.InvariantCulture, $"2^{FloodingMarginBits:F1}"), $"{UploadBytes} B", $"{ReplyBytes} B", "0");
}

/// <summary>What rounding costs.</summary>
internal sealed record QuantisationEntry(
    int Rows, int RefusedRows, double RelativeError, double LargestError, int LabelsChanged, int RowsNearThreshold, double? Auc, double? AucInteger, bool TargetMet)
{
    /// <summary>Describes a report.</summary>
    public static QuantisationEntry Of(QuantisationReport report) => new(
        report.Rows, report.RefusedRows, report.RelativeError, report.LargestError, report.LabelsChanged, report.RowsNearThreshold, report.Auc, report.AucInteger, report.MeetsTarget);

    /// <summary>The report in one sentence.</summary>
    public string Sentence => string.Create(
        CultureInfo.InvariantCulture,
        $"quantisation on {Rows} rows ({RefusedRows} refused): error {RelativeError:P3} of the scores' deviation, at most {LargestError:G3}, {LabelsChanged} labels changed, {RowsNearThreshold} rows within the declared rounding of the threshold, {AucWords}; {(TargetMet ? "target met" : "TARGET MISSED (no label changed, AUC within 0.002)")}");

    private string AucWords => Auc is double exact && AucInteger is double rounded
        ? string.Create(CultureInfo.InvariantCulture, $"AUC {exact:F5} and {rounded:F5} after rounding")
        : "AUC not measured (it takes one score and --label)";
}
