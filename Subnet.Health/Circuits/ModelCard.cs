using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits.Forests;
using Subnet.Health.Models;

namespace Subnet.Health.Circuits;

/// <summary>What a miner says of a model in words.</summary>
/// <param name="Id">A neutral identifier: lower-case letters, digits, dots and hyphens.</param>
/// <param name="Title">One line.</param>
/// <param name="IntendedUse">For whom and what.</param>
/// <param name="Limits">Where it must not be used.</param>
/// <param name="Data">What it was trained and measured on.</param>
internal sealed record CardText(string Id, string Title, string IntendedUse, string Limits, string Data)
{
    /// <summary>What an answer means; empty for the words that follow from the task.</summary>
    public string Output { get; init; } = "";

    /// <summary>What the miner claims of it, measured on <see cref="Data"/>: <c>auc</c>, <c>brier</c>, ...</summary>
    public ImmutableArray<CardClaim> Claims { get; init; } = [];
}

/// <summary>A metric that a miner claims; validators measure their own.</summary>
/// <param name="Name">Name of the metric.</param>
/// <param name="Value">Its value.</param>
internal sealed record CardClaim(string Name, decimal Value);

/// <summary>
/// A model card (protocol 2): canonical JSON that binds everything which turns a patient into a probability. Its hash is in
/// every query and receipt; any change is another card. What follows from set and bounds is computed, not claimed, and computed again by whoever reads it. Nothing private is in it but rounded-up norms and bounds.
/// </summary>
internal static class ModelCard
{
    /// <summary>The value of the member <c>format</c>.</summary>
    public const string Format = "subnet-card/1";

    /// <summary>The canonical bytes of a card.</summary>
    /// <param name="compiled">The model; its feature map must have a public form.</param>
    /// <param name="schema">Task and class names.</param>
    /// <param name="inputs">The feature schema.</param>
    /// <param name="text">What the miner says of it.</param>
    /// <param name="commitment">33 bytes.</param>
    /// <param name="cost">What a query takes on the miner's machine, where it was predicted.</param>
    /// <exception cref="CircuitException">The feature map has no public form.</exception>
    public static byte[] Write(
        CompiledModel compiled, ModelSchema schema, IEnumerable<CardInput> inputs, CardText text, ReadOnlySpan<byte> commitment, CostEstimate? cost = null)
    {
        CanonicalObject card = Head(compiled.Kind, schema, inputs, text, compiled.Model, cost);
        card["private"] = compiled.PrivatePart;
        card.Add("query", Query(compiled.Choice, commitment));
        card.Add("rest", RestJson.Write(PublicRest.Of(compiled.Model)));
        card.Add("quantisation", Quantisation(compiled.Report));
        card.Add("encryption_loss", ExactnessClaim.Of(compiled.Choice.Parameters, compiled.Choice.DeclaredNorm1).EncryptionLoss);
        return CanonicalJsonWriter.Write(card);
    }

    /// <summary>The canonical bytes of a forest's card.</summary>
    /// <param name="compiled">The model; its feature map must have a public form.</param>
    /// <param name="schema">Task and class names.</param>
    /// <param name="inputs">The feature schema.</param>
    /// <param name="text">What the miner says of it.</param>
    /// <param name="commitment">32 bytes: a hash, since nothing linear is proved of a private forest.</param>
    /// <param name="cost">What a query takes on the miner's machine, where it was predicted.</param>
    /// <exception cref="CircuitException">The feature map has no public form.</exception>
    public static byte[] Write(
        CompiledForest compiled, ModelSchema schema, IEnumerable<CardInput> inputs, CardText text, ReadOnlySpan<byte> commitment, CostEstimate? cost = null)
    {
        CanonicalObject card = Head(compiled.Kind, schema, inputs, text, compiled.Model, cost);
        card.Add("forest", ForestJson.Write(compiled, commitment));
        card.Add("rest", RestJson.Write(PublicRest.Of(compiled.Model)));
        card.Add("quantisation", Quantisation(compiled.Report));
        card.Add("encryption_loss", compiled.Exactness.EncryptionLoss);
        return CanonicalJsonWriter.Write(card);
    }

    /// <summary>The hash that queries and receipts name.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> card) => SHA256.HashData(card);

    private static CanonicalObject Head(
        CircuitKind kind, ModelSchema schema, IEnumerable<CardInput> inputs, CardText text, SplitModel model, CostEstimate? cost)
    {
        var card = new CanonicalObject
        {
            { "format", Format },
            { "id", text.Id },
            { "title", text.Title },
            { "intended_use", text.IntendedUse },
            { "limits", text.Limits },
            { "data", text.Data },
            { "claims", new CanonicalList(text.Claims.Select(claim => (CanonicalValue)new CanonicalObject { { "name", claim.Name }, { "value", claim.Value.ToString(CultureInfo.InvariantCulture) } })) },
            { "output", text.Output.Length > 0 ? text.Output : RestWords.Meaning(schema.Task, schema.ClassLabels, PublicRest.Of(model)) },
            { "task", schema.Task.ToString().ToLowerInvariant() },
            { "classes", new CanonicalList(schema.ClassLabels.Select(label => (CanonicalValue)label)) },
            { "circuit", CircuitWords.Of(kind) },
            { "private", CircuitWords.PrivatePart(kind) },
            { "inputs", CardSchemaJson.Write(inputs) },
            { "features", FeatureMapJson.Write(model.Features) },
        };
        if (cost is not null)
        {
            card.Add("cost", new CanonicalObject
            {
                { "encrypt_ms", Milliseconds(cost.EncryptMilliseconds) },
                { "evaluate_ms", Milliseconds(cost.EvaluateMilliseconds) },
                { "decrypt_ms", Milliseconds(cost.DecryptMilliseconds) },
            });
        }

        return card;
    }

    private static CanonicalObject Query(ParameterChoice choice, ReadOnlySpan<byte> commitment)
    {
        KeylessSet set = choice.Parameters.Set;
        var layout = new KeylessLayout(choice.Form.Features, choice.Form.Classes, 1);
        return new CanonicalObject
        {
            { "set", set.Id },
            { "set_name", set.Name },
            { "plain_bits", choice.Parameters.PlainBits },
            { "scale_bits", choice.Form.ScaleBits },
            { "features", choice.Form.Features },
            { "classes", choice.Form.Classes },
            { "norm1", choice.DeclaredNorm1.ToString(CultureInfo.InvariantCulture) },
            { "bound", choice.DeclaredBound.ToString(CultureInfo.InvariantCulture) },
            { "rounding", Number(choice.LargestRounding) },
            { "commitment", Convert.ToHexStringLower(commitment) },
            { "encoding", EncodingJson.Write(choice.Form.Encoding) },
            { "upload_bytes", KeylessQuery.ByteCount(set, layout.Place(set).Ciphertexts) },
            { "reply_bytes", KeylessReply.ByteCount(choice.Parameters, choice.Form.Classes) },
            { "failure_probability", ExactnessClaim.Of(choice.Parameters, choice.DeclaredNorm1).FailureProbability },
        };
    }

    private static CanonicalObject Quantisation(QuantisationReport report)
    {
        var json = new CanonicalObject
        {
            { "rows", report.Rows },
            { "refused_rows", report.RefusedRows },
            { "relative_error", Number(report.RelativeError) },
            { "largest_error", Number(report.LargestError) },
            { "labels_changed", report.LabelsChanged },
            { "rows_near_threshold", report.RowsNearThreshold },
            { "target", report.MeetsTarget ? "met" : "missed" },
        };
        if (report.Auc is double auc && report.AucInteger is double rounded)
        {
            json.Add("auc", Number(auc));
            json.Add("auc_integer", Number(rounded));
        }

        return json;
    }

    private static string Milliseconds(double value) => Math.Round(value, 3).ToString(CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
