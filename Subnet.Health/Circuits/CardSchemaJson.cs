using System.Collections.Immutable;
using System.Globalization;
using Subnet.Crypto.CanonicalJson;
using Subnet.Health.Models;
using Subnet.Health.Models.Evaluation;

namespace Subnet.Health.Circuits;

/// <summary>The feature schema as canonical JSON and back.</summary>
internal static class CardSchemaJson
{
    private const int MaxSlots = 1 << 16;

    /// <summary>Writes a schema.</summary>
    public static CanonicalList Write(IEnumerable<CardInput> inputs) => new(inputs.Select(input => (CanonicalValue)new CanonicalObject
    {
        { "name", input.Name },
        { "kind", input.Column.Kind.ToString().ToLowerInvariant() },
        { "vector", input.Column.IsVector },
        { "slots", new CanonicalList(input.Slots.Select(slot => (CanonicalValue)Slot(slot))) },
    }));

    /// <summary>Reads a schema.</summary>
    /// <exception cref="PlanFormatException">It is not one.</exception>
    public static ImmutableArray<CardInput> Read(PlanObject[] inputs)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var read = ImmutableArray.CreateBuilder<CardInput>(inputs.Length);
        foreach (PlanObject input in inputs)
        {
            CardSlot[] slots = [.. input.Objects("slots").Select(Slot)];
            PlanObject.Require(slots.Length is > 0 and <= MaxSlots, "an input has slots");
            PlanObject.Require(names.Add(input.Text("name")) && input.Text("name").Length > 0, "inputs have names, each its own");
            PlanObject.Require(slots.Length == 1 || input.Flag("vector"), "an input of several slots is a vector");
            read.Add(new CardInput(
                new ModelColumn(input.Text("name"), input.Word<ColumnKind>("kind"), slots.Length, input.Flag("vector")), [.. slots]));
        }

        return read.ToImmutable();
    }

    private static CanonicalObject Slot(CardSlot slot)
    {
        var json = new CanonicalObject { { "missing", slot.Missing.ToString().ToLowerInvariant() } };
        if (slot is { Lowest: double lowest, Highest: double highest })
        {
            json.Add("lowest", Number(lowest));
            json.Add("highest", Number(highest));
        }

        if (slot.Source is CardSource source)
        {
            json.Add("feature", source.Feature);
            json.Add("unit", source.Unit);
            json.Add("factor", source.Factor.ToString(CultureInfo.InvariantCulture));
            json.Add("codes", new CanonicalList(source.Codes.Select(code => (CanonicalValue)new CanonicalObject { { "system", code.System }, { "code", code.Code } })));
            json.Add("words", new CanonicalList(source.Words.Select(word => (CanonicalValue)new CanonicalObject { { "word", word.Word }, { "value", word.Value } })));
            if (source.OldestDays is int days)
            {
                json.Add("oldest_days", days);
            }
        }

        return json;
    }

    private static CardSlot Slot(PlanObject json)
    {
        double? lowest = json.Has("lowest") ? json.Double("lowest") : null;
        double? highest = json.Has("highest") ? json.Double("highest") : null;
        PlanObject.Require(
            lowest.HasValue == highest.HasValue && (lowest is not double from || (double.IsFinite(from) && double.IsFinite(highest!.Value) && from <= highest)),
            "a range has two finite ends in order");
        return new CardSlot(lowest, highest, json.Word<MissingRule>("missing"), json.Has("feature") ? Source(json) : null);
    }

    private static CardSource Source(PlanObject json)
    {
        bool isNumber = decimal.TryParse(json.Text("factor"), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal factor);
        PlanObject.Require(isNumber && factor != 0, "a factor is a number and not zero");
        return new CardSource(
            json.Text("feature"),
            json.Text("unit"),
            factor,
            [.. json.Objects("codes").Select(code => new CardCode(code.Text("system"), code.Text("code")))],
            [.. json.Objects("words").Select(word => new CardWord(word.Text("word"), word.Text("value")))])
        {
            OldestDays = json.Has("oldest_days") ? (int)json.Integer("oldest_days", 1, CardSource.MostDays) : null,
        };
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
