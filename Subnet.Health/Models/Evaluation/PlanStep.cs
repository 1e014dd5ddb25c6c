using System.Globalization;
using Subnet.Crypto.CanonicalJson;

namespace Subnet.Health.Models.Evaluation;

/// <summary>
/// One step of a public plan as canonical JSON: an operation, the lanes it reads and writes (<c>s3</c> is the third single
/// lane), and its constants. Numbers are texts in the shortest form that reads back to the same value.
/// </summary>
internal sealed class PlanStep
{
    /// <summary>A step without operands.</summary>
    public PlanStep(string operation)
    {
        Json = new CanonicalObject { { "op", operation } };
    }

    /// <summary>What was gathered.</summary>
    public CanonicalObject Json { get; }

    /// <summary>The letter of each kind of lane.</summary>
    public static string Letters => "sditk";

    /// <summary>The name of a lane.</summary>
    public static string NameOf(Lane lane) => string.Create(CultureInfo.InvariantCulture, $"{Letters[(int)lane.Kind]}{lane.Index}");

    /// <summary>A list of lanes.</summary>
    public PlanStep Lanes(string name, IEnumerable<Lane> lanes) => Add(name, lanes.Select(lane => (CanonicalValue)NameOf(lane)));

    /// <summary>Lanes to read with, for each, the lane that says which entries are explicit (empty where all are).</summary>
    public PlanStep Slots(IEnumerable<Slot> slots) => Lanes("from", slots.Select(slot => slot.Value))
        .Add("explicit", slots.Select(slot => (CanonicalValue)(slot.Explicit is Lane mask ? NameOf(mask) : "")));

    /// <summary>Single precision numbers.</summary>
    public PlanStep Singles(string name, IEnumerable<float> values) =>
        Add(name, values.Select(value => (CanonicalValue)value.ToString("R", CultureInfo.InvariantCulture)));

    /// <summary>Double precision numbers.</summary>
    public PlanStep Doubles(string name, IEnumerable<double> values) =>
        Add(name, values.Select(value => (CanonicalValue)value.ToString("R", CultureInfo.InvariantCulture)));

    /// <summary>Integers, as texts: they may pass 53 bits.</summary>
    public PlanStep Integers(string name, IEnumerable<long> values) =>
        Add(name, values.Select(value => (CanonicalValue)value.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Texts.</summary>
    public PlanStep Texts(string name, IEnumerable<string> values) => Add(name, values.Select(value => (CanonicalValue)value));

    /// <summary>A truth value.</summary>
    public PlanStep Flag(string name, bool value)
    {
        Json.Add(name, value);
        return this;
    }

    /// <summary>A word.</summary>
    public PlanStep Word(string name, string value)
    {
        Json.Add(name, value);
        return this;
    }

    private PlanStep Add(string name, IEnumerable<CanonicalValue> values)
    {
        Json.Add(name, new CanonicalList(values));
        return this;
    }
}
