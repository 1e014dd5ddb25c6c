using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Models.Evaluation;

namespace Subnet.Health.Circuits;

/// <summary>One query of a card, as a client sees it.</summary>
/// <param name="Parameters">Set and plain modulus; admitted for the declared norm and bound.</param>
/// <param name="ScaleBits">An answer over 2^s is a raw score.</param>
/// <param name="Encoding">From features to integers.</param>
/// <param name="Classes">K.</param>
/// <param name="Bound">No answer is larger.</param>
/// <param name="Commitment">33 bytes.</param>
internal sealed record CardPart(
    KeylessParameters Parameters, int ScaleBits, FeatureEncoding Encoding, int Classes, long Bound, ImmutableArray<byte> Commitment);

/// <summary>A card that was read and checked: all that a client needs to ask and to understand the answer.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="Text">What the miner says of the model.</param>
/// <param name="Circuit">The circuit.</param>
/// <param name="ClassLabels">Names of the classes, empty where there are none.</param>
/// <param name="Features">From input columns to the feature vector.</param>
/// <param name="Parts">The queries.</param>
/// <param name="Rest">Link, calibration, decision.</param>
internal sealed record ReadCard(
    ImmutableArray<byte> Hash,
    CardText Text,
    CircuitKind Circuit,
    ImmutableArray<string> ClassLabels,
    LaneFeatureMap Features,
    ImmutableArray<CardPart> Parts,
    PublicRest Rest);

/// <summary>
/// Reads a card that a stranger sent. Parameters are admitted again here: a client that asks under a card which its set does
/// not admit could be answered wrongly.
/// </summary>
internal static class CardReader
{
    /// <summary>The longest card.</summary>
    public const int MaxBytes = 16 << 20;

    private const int MaxParts = 1024;

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
            LaneFeatureMap features = PublicPlan.Read(card.Object("plan").Json);
            CardPart[] parts = [.. card.Objects("parts").Select(part => Part(part, features.Names.Count))];
            PlanObject.Require(parts.Length is > 0 and <= MaxParts, "a card has parts");
            PublicRest rest = RestJson.Read(card.Object("rest"));
            CheckRest(rest, parts.Sum(part => part.Classes));
            return new ReadCard(
                [.. ModelCard.Hash(bytes)],
                new CardText(card.Text("id"), card.Text("title"), card.Text("intended_use"), card.Text("limits"), card.Text("data")),
                circuit,
                [.. card.Texts("classes")],
                features,
                [.. parts],
                rest);
        }
        catch (Exception fault) when (fault is PlanFormatException or CanonicalJsonException or OverflowException)
        {
            throw new CircuitException($"the card is refused: {fault.Message}; ask its miner for the card as published.");
        }
    }

    private static CardPart Part(PlanObject json, int width)
    {
        KeylessSet set = KeylessSet.Find((int)json.Integer("set", 1, byte.MaxValue)) ?? throw new PlanFormatException("the parameter set is unknown");
        int plainBits = (int)json.Integer("plain_bits", KeylessParameters.MinPlainBits, KeylessParameters.MaxPlainBits);
        BigInteger norm1 = Natural(json.Text("norm1"));
        BigInteger bound = Natural(json.Text("bound"));
        PlanObject.Require(KeylessParameters.Admits(set, plainBits, norm1, bound), "the set admits the declared norm and bound");
        FeatureEncoding encoding = EncodingJson.Read(json.Object("encoding"), width);
        int classes = (int)json.Integer("classes", 1, set.Degree);
        PlanObject.Require(json.Integer("features", 1, set.Degree) == encoding.Length, "the encoding has as many features as the part");
        PlanObject.Require(new KeylessLayout(encoding.Length, classes, 1).Fits(set), "features and classes fit the ring");
        int scale = (int)json.Integer("scale_bits", -64, 64);
        byte[] commitment = Hex(json.Text("commitment"));
        return new CardPart(new KeylessParameters(set, plainBits), scale, encoding, classes, (long)bound, [.. commitment]);
    }

    private static void CheckRest(PublicRest rest, int raw)
    {
        const int ScoresPerLeaf = 5;
        bool fits = rest.Combination switch
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
