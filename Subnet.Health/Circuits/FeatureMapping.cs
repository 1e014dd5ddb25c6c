using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Subnet.Health.Fhir;

namespace Subnet.Health.Circuits;

/// <summary>
/// Which columns of a model are features of the clinical catalogue. A column with a catalogue name is that feature; all others
/// are named by the miner in a file, since a unit is never guessed.
/// </summary>
/// <remarks>The file: <c>{"format": "subnet/features/1", "columns": {"sysBP": {"feature": "sbp"}, "sex": {"feature": "sex", "words": {"male": "1", "female": "0"}}}}</c>; with
/// <c>oldest_days</c> an observation older than that counts as missing.</remarks>
internal sealed class FeatureMapping
{
    /// <summary>The value of the file's member <c>format</c>.</summary>
    public const string Format = "subnet/features/1";

    private const int MaxBytes = 1 << 20;

    private readonly ImmutableDictionary<string, CardSource> columns;

    private FeatureMapping(ImmutableDictionary<string, CardSource> columns) => this.columns = columns;

    /// <summary>Catalogue names alone.</summary>
    public static FeatureMapping Default { get; } = new(ImmutableDictionary<string, CardSource>.Empty);

    /// <summary>Reads a mapping file.</summary>
    /// <exception cref="CircuitException">It is not one, or names a feature that the catalogue does not have.</exception>
    public static FeatureMapping Read(ReadOnlyMemory<byte> file)
    {
        if (file.Length > MaxBytes)
        {
            throw new CircuitException($"the feature mapping has {file.Length} bytes, above {MaxBytes}; name the columns of one model only.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(file, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.GetProperty("format").GetString() != Format)
            {
                throw new CircuitException($"the feature mapping is not of the format {Format}; see docs/models.md.");
            }

            var columns = ImmutableDictionary.CreateBuilder<string, CardSource>(StringComparer.Ordinal);
            foreach (JsonProperty column in document.RootElement.GetProperty("columns").EnumerateObject())
            {
                columns[column.Name] = Source(column);
            }

            return new FeatureMapping(columns.ToImmutable());
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new CircuitException($"the feature mapping cannot be read: {fault.Message.Split('\n')[0]}; see docs/models.md for its form.");
        }
    }

    /// <summary>Where a record has a column, or null.</summary>
    public CardSource? Find(string column) => columns.TryGetValue(column, out CardSource? named) ? named : Catalogued(column, 1, []);

    private static CardSource Source(JsonProperty column)
    {
        string feature = column.Value.GetProperty("feature").GetString() ?? "";
        decimal factor = column.Value.TryGetProperty("factor", out JsonElement given)
            ? decimal.Parse(given.GetString() ?? "", NumberStyles.Float, CultureInfo.InvariantCulture)
            : 1;
        CardWord[] words = column.Value.TryGetProperty("words", out JsonElement list)
            ? [.. list.EnumerateObject().Select(word => new CardWord(word.Name, word.Value.GetString() ?? ""))]
            : [];
        int? oldest = column.Value.TryGetProperty("oldest_days", out JsonElement days) ? days.GetInt32() : null;
        if (oldest is <= 0 or > CardSource.MostDays)
        {
            throw new CircuitException($"the feature mapping lets {column.Name} be {oldest} days old; give 1 to {CardSource.MostDays}, or leave it out for no limit.");
        }

        return factor != 0 && Catalogued(feature, factor, [.. words]) is { } source
            ? source with { OldestDays = oldest }
            : throw new CircuitException($"the feature mapping gives {column.Name} the feature '{feature}' with the factor {factor}, which cannot be; see docs/models.md for the features there are.");
    }

    private static CardSource? Catalogued(string name, decimal factor, ImmutableArray<CardWord> words)
    {
        if (FeatureCatalog.Measured.FirstOrDefault(feature => feature.Name == name) is { } measured)
        {
            return new CardSource(name, measured.Unit, factor, [.. measured.Codes.Select(code => new CardCode(FeatureCatalog.Loinc, code))], words);
        }

        if (FeatureCatalog.Diagnosed.FirstOrDefault(feature => feature.Name == name) is { } diagnosed)
        {
            return new CardSource(
                name,
                "",
                factor,
                [
                    .. diagnosed.SnomedCodes.Select(code => new CardCode(FeatureCatalog.Snomed, code)),
                    .. diagnosed.Icd10Categories.Select(code => new CardCode(FeatureCatalog.Icd10Systems[0], code)),
                ],
                words.IsEmpty ? [new("true", "1"), new("false", "0")] : words);
        }

        return name switch
        {
            "age" => new CardSource(name, "a", factor, [], words),

            // Which number stands for which word is the miner's to say.
            "sex" when !words.IsEmpty => new CardSource(name, "", factor, [], words),
            "smoking" when !words.IsEmpty => new CardSource(name, "", factor, [new(FeatureCatalog.Loinc, FeatureCatalog.SmokingStatusCode)], words),
            _ => null,
        };
    }
}
