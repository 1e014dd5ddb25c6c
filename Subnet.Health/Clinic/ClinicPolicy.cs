using System.Security.Cryptography;
using System.Text.Json;
using Subnet.Crypto.CanonicalJson;

namespace Subnet.Health.Clinic;

/// <summary>
/// What a gateway may send: which models, to which miners, for which purposes and on which basis. Its hash is in the log entry of every
/// query, so a reviewer sees which rule was in force. Immutable.
/// </summary>
public sealed class ClinicPolicy
{
    /// <summary>The value of the file's member <c>format</c>.</summary>
    public const string Format = "subnet/clinic-policy/1";

    private const string Anything = "*";
    private const int MaxBytes = 1 << 20;

    private static readonly string[] KnownPurposes = ["TREAT", "HPAYMT", "HOPERAT", "HRESCH", "PUBHLTH", "ETREAT", "PATRQT"];
    private static readonly string[] KnownBases = ["hipaa-tpo", "hipaa-auth", "consent", "gdpr-9-2-h", "gdpr-9-2-a", "waiver"];
    private static readonly string[] Members = ["format", "models", "miners", "purposes", "bases", "inputs"];

    private readonly CanonicalObject canonical;

    private ClinicPolicy(IReadOnlyList<string> models, IReadOnlyList<string> miners, IReadOnlyList<string> purposes, IReadOnlyList<string> bases, IReadOnlyList<string> inputs)
    {
        (Models, Miners, Purposes, Bases, Inputs) = (models, miners, purposes, bases, inputs);
        canonical = new CanonicalObject
        {
            { "format", Format },
            { "models", List(models) },
            { "miners", List(miners) },
            { "purposes", List(purposes) },
            { "bases", List(bases) },
            { "inputs", List(inputs) },
        };
        Hash = Convert.ToHexStringLower(SHA256.HashData(CanonicalJsonWriter.Write(canonical)));
    }

    /// <summary>Every model and miner, treatment only, as part of treatment and operations.</summary>
    public static ClinicPolicy Default { get; } = new([Anything], [Anything], ["TREAT"], ["hipaa-tpo", "consent", "gdpr-9-2-h"], [Anything]);

    /// <summary>Identifiers or hashes of models that may be asked; <c>*</c> for every one.</summary>
    public IReadOnlyList<string> Models { get; }

    /// <summary>Addresses of miners that may be asked; <c>*</c> for every one.</summary>
    public IReadOnlyList<string> Miners { get; }

    /// <summary>Purposes of use (HL7 v3 ActReason) that are allowed.</summary>
    public IReadOnlyList<string> Purposes { get; }

    /// <summary>Legal bases that are allowed.</summary>
    public IReadOnlyList<string> Bases { get; }

    /// <summary>Names of inputs that may be sent, encrypted; <c>*</c> for every one that a card asks for.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>SHA-256 of the policy in canonical JSON, 64 hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>Reads a policy file: a JSON object with <c>format</c> and the lists of this class, all of them.</summary>
    /// <exception cref="ClinicException">It is not one.</exception>
    public static ClinicPolicy Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes)
        {
            throw Malformed($"it has {json.Length} bytes, above {MaxBytes}");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            JsonElement root = document.RootElement;
            string[] names = [.. root.EnumerateObject().Select(member => member.Name)];
            string? unknown = names.Except(Members).FirstOrDefault() ?? Members.Except(names).FirstOrDefault();
            if (unknown is not null)
            {
                throw Malformed($"its members are {string.Join(", ", Members)}, and '{unknown}' is unknown or missing");
            }

            if (root.GetProperty("format").GetString() != Format)
            {
                throw Malformed($"its format is not {Format}");
            }

            return new ClinicPolicy(
                Texts(root, "models", null), Texts(root, "miners", null), Texts(root, "purposes", KnownPurposes), Texts(root, "bases", KnownBases), Texts(root, "inputs", null));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw Malformed(fault.Message.Split('\n')[0].TrimEnd('.'), fault);
        }
    }

    /// <summary>The policy in canonical JSON.</summary>
    public byte[] ToBytes() => CanonicalJsonWriter.Write(canonical);

    /// <summary>Why a query may not be sent, or null.</summary>
    internal string? Problem(string modelId, string card, string purpose, string basis, IEnumerable<string> inputs) =>
        !Allows(Models, modelId) && !Allows(Models, card) ? $"the policy does not allow the model '{modelId}'"
        : !Purposes.Contains(purpose, StringComparer.Ordinal) ? $"the policy does not allow the purpose '{purpose}'"
        : !Bases.Contains(basis, StringComparer.Ordinal) ? $"the policy does not allow the basis '{basis}'"
        : inputs.FirstOrDefault(input => !Allows(Inputs, input)) is { } input ? $"the policy does not allow the input '{input}'"
        : null;

    /// <summary>Whether a miner may be asked.</summary>
    internal bool AllowsMiner(string address) => Allows(Miners, address);

    private static bool Allows(IReadOnlyList<string> list, string item) =>
        list.Contains(Anything, StringComparer.Ordinal) || list.Contains(item, StringComparer.Ordinal);

    private static CanonicalList List(IReadOnlyList<string> items) => new(items.Order(StringComparer.Ordinal).Select(item => (CanonicalValue)item));

    private static string[] Texts(JsonElement root, string name, string[]? known)
    {
        string[] items = [.. root.GetProperty(name).EnumerateArray().Select(item => item.GetString() ?? throw Malformed($"'{name}' is a list of texts"))];
        string? unknown = known is null ? null : items.FirstOrDefault(item => !known.Contains(item, StringComparer.Ordinal));
        return unknown is null ? items : throw Malformed($"'{unknown}' in '{name}' is none of {string.Join(", ", known!)}");
    }

    private static ClinicException Malformed(string why, Exception? inner = null) =>
        new(ClinicFault.PolicyRefused, $"The policy file is refused: {why}.", "Correct it as docs/clinic.md shows.", inner);
}
