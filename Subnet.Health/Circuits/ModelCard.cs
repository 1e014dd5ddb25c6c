using System.Globalization;
using System.Security.Cryptography;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Models;
using Subnet.Health.Models.Evaluation;

namespace Subnet.Health.Circuits;

/// <summary>What a miner says of a model in words.</summary>
/// <param name="Id">A neutral identifier: lower-case letters, digits, dots and hyphens.</param>
/// <param name="Title">One line.</param>
/// <param name="IntendedUse">For whom and what.</param>
/// <param name="Limits">Where it must not be used.</param>
/// <param name="Data">What it was trained and measured on.</param>
internal sealed record CardText(string Id, string Title, string IntendedUse, string Limits, string Data);

/// <summary>
/// A model card (protocol 2): canonical JSON that binds everything which turns a patient into a probability. Its hash is in
/// every query and receipt; any change is another card. Nothing private is in it but rounded-up norms and bounds.
/// </summary>
internal static class ModelCard
{
    /// <summary>The value of the member <c>format</c>.</summary>
    public const string Format = "subnet-card/1";

    /// <summary>The canonical bytes of a card.</summary>
    /// <param name="compiled">The model; its feature map must have a public form.</param>
    /// <param name="task">What it answers.</param>
    /// <param name="classLabels">Names of the classes.</param>
    /// <param name="text">What the miner says of it.</param>
    /// <param name="commitments">33 bytes for each part.</param>
    /// <exception cref="CircuitException">The feature map has no public form.</exception>
    public static byte[] Write(
        CompiledModel compiled, ModelTask task, IEnumerable<string> classLabels, CardText text, IReadOnlyList<byte[]> commitments)
    {
        if (compiled.Model.Features is not LaneFeatureMap map)
        {
            throw new CircuitException("the feature map of the model has no public form; save the model with ML.NET.");
        }

        var card = new CanonicalObject
        {
            { "format", Format },
            { "id", text.Id },
            { "title", text.Title },
            { "intended_use", text.IntendedUse },
            { "limits", text.Limits },
            { "data", text.Data },
            { "task", task.ToString().ToLowerInvariant() },
            { "classes", new CanonicalList(classLabels.Select(label => (CanonicalValue)label)) },
            { "circuit", CircuitWords.Of(compiled.Kind) },
            { "private", CircuitWords.PrivatePart(compiled.Kind) },
            { "plan", PublicPlan.Write(map) },
            { "parts", new CanonicalList(compiled.Parts.Select((part, i) => (CanonicalValue)Part(part, commitments[i]))) },
            { "rest", RestJson.Write(PublicRest.Of(compiled.Model)) },
            { "quantisation", Quantisation(compiled.Report) },
            { "encryption_loss", "0" },
        };
        return CanonicalJsonWriter.Write(card);
    }

    /// <summary>The hash that queries and receipts name.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> card) => SHA256.HashData(card);

    private static CanonicalObject Part(ParameterChoice part, byte[] commitment) => new()
    {
        { "set", part.Parameters.Set.Id },
        { "set_name", part.Parameters.Set.Name },
        { "plain_bits", part.Parameters.PlainBits },
        { "scale_bits", part.Form.ScaleBits },
        { "features", part.Form.Features },
        { "classes", part.Form.Classes },
        { "norm1", part.DeclaredNorm1.ToString(CultureInfo.InvariantCulture) },
        { "bound", part.DeclaredBound.ToString(CultureInfo.InvariantCulture) },
        { "commitment", Convert.ToHexStringLower(commitment) },
        { "encoding", EncodingJson.Write(part.Form.Encoding) },
        { "upload_bytes", KeylessQuery.ByteCount(part.Parameters.Set) },
        { "reply_bytes", KeylessReply.ByteCount(part.Parameters, part.Form.Classes) },
        { "failure_probability", "0" },
    };

    private static CanonicalObject Quantisation(QuantisationReport report)
    {
        var json = new CanonicalObject
        {
            { "rows", report.Rows },
            { "refused_rows", report.RefusedRows },
            { "relative_error", Number(report.RelativeError) },
            { "largest_error", Number(report.LargestError) },
            { "labels_changed", report.LabelsChanged },
        };
        if (report.Auc is double auc && report.AucInteger is double rounded)
        {
            json.Add("auc", Number(auc));
            json.Add("auc_integer", Number(rounded));
        }

        return json;
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
