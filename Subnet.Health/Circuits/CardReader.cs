using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits.Forests;
using Subnet.Health.Models;
using Subnet.Health.Models.Evaluation;

namespace Subnet.Health.Circuits;

/// <summary>The keyless query of a card, as a client sees it.</summary>
/// <param name="Parameters">Set and plain modulus; admitted for the declared norm and bound.</param>
/// <param name="ScaleBits">An answer over 2^s is a raw score.</param>
/// <param name="Encoding">From features to integers.</param>
/// <param name="Classes">K.</param>
/// <param name="Bound">No answer is larger.</param>
/// <param name="Rounding">How far a raw score can be from the float model's.</param>
/// <param name="Commitment">33 bytes.</param>
internal sealed record CardQuery(
    KeylessParameters Parameters, int ScaleBits, FeatureEncoding Encoding, int Classes, long Bound, double Rounding, ImmutableArray<byte> Commitment)
{
    /// <summary>The chance of a wrong decryption, as computed from set and norm.</summary>
    public required ExactnessClaim Exactness { get; init; }

    /// <summary>Bytes of a query of one row.</summary>
    public int UploadBytes => KeylessQuery.ByteCount(Parameters.Set, Layout(1).Place(Parameters.Set).Ciphertexts);

    /// <summary>Bytes of its reply.</summary>
    public int ReplyBytes => KeylessReply.ByteCount(Parameters, Classes);

    /// <summary>How a query of a row class is laid out.</summary>
    public KeylessLayout Layout(int rowClass) => new(Encoding.Length, Classes, rowClass);
}

/// <summary>What a miner says that rounding to integers costs, measured on its reference rows.</summary>
/// <param name="Rows">Rows that the card admits.</param>
/// <param name="RefusedRows">Rows that it refuses.</param>
/// <param name="RelativeError">Root mean square of the change of the scores over their deviation.</param>
/// <param name="LabelsChanged">Labels changed outside the declared rounding of the threshold.</param>
/// <param name="RowsNearThreshold">Rows within it.</param>
/// <param name="Auc">Of the float model, where outcomes were known.</param>
/// <param name="AucInteger">Of the integer model.</param>
/// <param name="TargetMet">No label changed and the AUC within 0.002.</param>
internal sealed record CardQuantisation(
    long Rows, long RefusedRows, double RelativeError, long LabelsChanged, long RowsNearThreshold, double? Auc, double? AucInteger, bool TargetMet);

/// <summary>What a miner says a query takes, in milliseconds on one core of its machine.</summary>
internal sealed record CardCost(double EncryptMs, double EvaluateMs, double DecryptMs);

/// <summary>A card that was read and checked: all that a client needs to ask and to understand the answer.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="Text">What the miner says of the model.</param>
/// <param name="Task">What it answers.</param>
/// <param name="Circuit">The circuit.</param>
/// <param name="ClassLabels">Names of the classes, empty where there are none.</param>
/// <param name="Inputs">The feature schema.</param>
/// <param name="Features">From input columns to the feature vector.</param>
/// <param name="Keyless">What is asked of a keyless circuit; null for a forest under keys.</param>
/// <param name="Forest">What is asked of a forest under keys; null for a keyless circuit.</param>
/// <param name="Rest">Link, calibration, decision.</param>
internal sealed record ReadCard(
    ImmutableArray<byte> Hash,
    CardText Text,
    ModelTask Task,
    CircuitKind Circuit,
    ImmutableArray<string> ClassLabels,
    ImmutableArray<CardInput> Inputs,
    IFeatureMap Features,
    CardQuery? Keyless,
    CardForest? Forest,
    PublicRest Rest)
{
    /// <summary>What stays with the miner, in words.</summary>
    public string PrivatePart { get; init; } = "";

    /// <summary>What rounding costs.</summary>
    public required CardQuantisation Quantisation { get; init; }

    /// <summary>The chance of a wrong decryption.</summary>
    public ExactnessClaim Exactness => Keyless?.Exactness ?? Forest!.Exactness;

    /// <summary>What the miner says a query takes on its machine; null where it says nothing.</summary>
    public CardCost? Cost { get; init; }

    /// <summary>The keyless query.</summary>
    /// <exception cref="CircuitException">The card is of a forest under keys.</exception>
    public CardQuery Query => Keyless ?? throw new CircuitException("the card is of a forest under keys; ask it with a key bundle.");

    /// <summary>How far a raw score can be from the float model's.</summary>
    public double Rounding => Keyless?.Rounding ?? Forest!.Rounding;

    /// <summary>A raw score from an answer.</summary>
    public double RawOf(long answer) => Keyless is CardQuery query ? Math.ScaleB(answer, -query.ScaleBits) : answer / Forest!.Scale;
}

/// <summary>
/// Reads a card that a stranger sent. Parameters are admitted again here: a client that asks under a card which its set does
/// not admit could be answered wrongly.
/// </summary>
internal static class CardReader
{
    /// <summary>The longest card.</summary>
    public const int MaxBytes = 16 << 20;

    /// <summary>Reads a card.</summary>
    /// <exception cref="CircuitException">It is not canonical, lacks something, or its parameters are not admitted.</exception>
    public static ReadCard Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
        {
            throw new CircuitException($"the card has {bytes.Length} bytes, above {MaxBytes}; ask the miner for a smaller model.");
        }

        try
        {
            var card = new PlanObject(CanonicalJsonReader.Read(bytes));
            PlanObject.Require(card.Text("format") == ModelCard.Format, $"the format is {ModelCard.Format}");
            CircuitKind circuit = CircuitWords.Parse(card.Text("circuit")) ?? throw new PlanFormatException("the circuit is unknown");
            ImmutableArray<CardInput> inputs = CardSchemaJson.Read(card.Objects("inputs"));
            IFeatureMap features = FeatureMapJson.Read(card.Object("features"));
            CheckInputs(inputs, features);
            bool underKeys = circuit is CircuitKind.ForestPrivate or CircuitKind.ForestBatch;
            CardQuery? query = underKeys ? null : Query(card.Object("query"), features.Names.Count);
            CardForest? forest = underKeys ? ForestJson.Read(card.Object("forest"), circuit, features.Names.Count) : null;
            PublicRest rest = RestJson.Read(card.Object("rest"), features.Names.Count);
            CheckRest(rest, query?.Classes ?? 1);
            string secret = query is { Parameters.Set.WeightsArePublic: true } ? CircuitWords.NothingPrivate : CircuitWords.PrivatePart(circuit);
            PlanObject.Require(card.Text("private") == secret, "the card says what its circuit keeps private");
            PlanObject.Require(
                card.Text("encryption_loss") == (query?.Exactness ?? forest!.Exactness).EncryptionLoss, "the loss by encryption is the one that follows from set and bounds");
            PlanObject.Require(card.Text("output").Length > 0, "the card says what an answer means");
            return new ReadCard(
                [.. ModelCard.Hash(bytes)],
                new CardText(card.Text("id"), card.Text("title"), card.Text("intended_use"), card.Text("limits"), card.Text("data"))
                {
                    Claims = [.. card.Objects("claims").Select(Claim)],
                    Output = card.Text("output"),
                },
                card.Word<ModelTask>("task"),
                circuit,
                [.. card.Texts("classes")],
                inputs,
                features,
                query,
                forest,
                rest)
            {
                PrivatePart = secret,
                Quantisation = Quantisation(card.Object("quantisation")),
                Cost = card.Has("cost") ? Cost(card.Object("cost")) : null,
            };
        }
        catch (Exception fault) when (fault is PlanFormatException or CanonicalJsonException or OverflowException)
        {
            throw new CircuitException($"the card is refused: {fault.Message}; ask its miner for the card as published.");
        }
    }

    private static CardClaim Claim(PlanObject json)
    {
        bool isNumber = decimal.TryParse(json.Text("value"), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value);
        PlanObject.Require(isNumber, "a claimed metric is a number");
        return new CardClaim(json.Text("name"), value);
    }

    private static CardQuantisation Quantisation(PlanObject json)
    {
        string target = json.Text("target");
        PlanObject.Require(target is "met" or "missed", "the target of quantisation is met or missed");
        var read = new CardQuantisation(
            json.Integer("rows", 0, long.MaxValue),
            json.Integer("refused_rows", 0, long.MaxValue),
            json.Double("relative_error"),
            json.Integer("labels_changed", 0, long.MaxValue),
            json.Integer("rows_near_threshold", 0, long.MaxValue),
            json.Has("auc") ? json.Double("auc") : null,
            json.Has("auc_integer") ? json.Double("auc_integer") : null,
            target == "met");
        bool isMet = read.LabelsChanged == 0 && (read.Auc is not double auc || Math.Abs(auc - read.AucInteger.GetValueOrDefault()) <= QuantisationReport.LargestAucLoss);
        PlanObject.Require(read.Auc.HasValue == read.AucInteger.HasValue && read.TargetMet == isMet, "the target of quantisation is judged by its numbers");
        return read;
    }

    private static CardCost Cost(PlanObject json) => new(json.Double("encrypt_ms"), json.Double("evaluate_ms"), json.Double("decrypt_ms"));

    // What the feature map reads is what the schema describes: no column is asked for that a person does not see.
    private static void CheckInputs(ImmutableArray<CardInput> inputs, IFeatureMap features)
    {
        foreach (ModelColumn column in features.Inputs)
        {
            PlanObject.Require(
                inputs.Any(input => input.Name == column.Name && input.Column.Kind == column.Kind && input.Column.Width == column.Width),
                "the schema describes every input of the feature map");
        }

        PlanObject.Require(inputs.Length == features.Inputs.Count, "the schema asks for nothing that the feature map does not read");
    }

    private static CardQuery Query(PlanObject json, int width)
    {
        KeylessSet set = KeylessSet.Find((int)json.Integer("set", 1, byte.MaxValue)) ?? throw new PlanFormatException("the parameter set is unknown");
        int plainBits = (int)json.Integer("plain_bits", KeylessParameters.MinPlainBits, KeylessParameters.MaxPlainBits);
        BigInteger norm1 = Natural(json.Text("norm1"));
        BigInteger bound = Natural(json.Text("bound"));
        PlanObject.Require(KeylessParameters.Admits(set, plainBits, norm1, bound), "the set admits the declared norm and bound");
        FeatureEncoding encoding = EncodingJson.Read(json.Object("encoding"), width);
        int classes = (int)json.Integer("classes", 1, set.Degree);
        PlanObject.Require(json.Integer("features", 1, GeneratorSet.MaxCount) == encoding.Length, "the encoding has as many features as the query");
        PlanObject.Require(ParameterSearch.Holds(set, encoding.Length, classes), "features and classes fit one query and its commitment");
        int scale = (int)json.Integer("scale_bits", -64, 64);
        double rounding = json.Double("rounding");
        PlanObject.Require(rounding >= 0 && double.IsFinite(rounding), "the rounding is a finite number");
        byte[] commitment = Hex(json.Text("commitment"));
        var parameters = new KeylessParameters(set, plainBits);
        var query = new CardQuery(parameters, scale, encoding, classes, (long)bound, rounding, [.. commitment])
        {
            Exactness = ExactnessClaim.Of(parameters, norm1),
        };
        PlanObject.Require(json.Text("set_name") == set.Name, "the name is that of the set");
        PlanObject.Require(json.Text("failure_probability") == query.Exactness.FailureProbability, "the failure probability is the one that follows from set and bounds");
        PlanObject.Require(json.Integer("upload_bytes", 1, int.MaxValue) == query.UploadBytes, "a query has the bytes that follow from the set");
        PlanObject.Require(json.Integer("reply_bytes", 1, int.MaxValue) == query.ReplyBytes, "a reply has the bytes that follow from the set");
        return query;
    }

    private static void CheckRest(PublicRest rest, int raw)
    {
        const int ScoresPerLeaf = 5;
        bool fits = rest.Tail is IPublicTail tail ? tail.RawScores == raw : rest.Combination switch
        {
            Combination.Normalised => rest.Members.Length == raw,
            Combination.Coupled => rest.Members.Length == raw && IsTriangle(raw),
            Combination.LocalDeep => raw >= 7 && (raw + 3) % ScoresPerLeaf == 0 && int.IsPow2((raw + 3) / ScoresPerLeaf),
            _ => rest.Members.IsEmpty,
        };
        PlanObject.Require(fits, "the public rest has a member for each raw score");
    }

    private static bool IsTriangle(int count)
    {
        int n = (int)((Math.Sqrt((8.0 * count) + 1) - 1) / 2);
        return n * (n + 1) / 2 == count;
    }

    private static BigInteger Natural(string text)
    {
        const int LongestNumber = 40;
        PlanObject.Require(
            text.Length <= LongestNumber && BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _), "norm and bound are natural numbers");
        return BigInteger.Parse(text, CultureInfo.InvariantCulture);
    }

    private static byte[] Hex(string text)
    {
        const int CommitmentBytes = 33;
        PlanObject.Require(
            text.Length == 2 * CommitmentBytes && text.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f')), $"a commitment has {CommitmentBytes} bytes in lower-case hexadecimal");
        return Convert.FromHexString(text);
    }
}
