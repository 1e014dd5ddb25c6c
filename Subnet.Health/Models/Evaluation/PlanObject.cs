using System.Globalization;
using Subnet.Crypto.CanonicalJson;

namespace Subnet.Health.Models.Evaluation;

/// <summary>Typed access to an object of a public plan or card; what is absent or of another type is refused by name.</summary>
internal sealed class PlanObject(CanonicalObject json)
{
    /// <summary>The object itself.</summary>
    public CanonicalObject Json => json;

    /// <summary>Refuses unless a condition holds.</summary>
    public static void Require(bool condition, string rule)
    {
        if (!condition)
        {
            throw new PlanFormatException($"the rule is broken that {rule}");
        }
    }

    /// <summary>A text.</summary>
    public string Text(string name) => json.TextOrNull(name) ?? throw Missing(name, "text");

    /// <summary>A truth value.</summary>
    public bool Flag(string name) => json.TryGet(name, out CanonicalValue? value) && value is CanonicalBoolean flag ? flag.Value : throw Missing(name, "truth value");

    /// <summary>An integer in a range.</summary>
    public long Integer(string name, long least, long most)
    {
        long value = json.IntegerOrNull(name) ?? throw Missing(name, "integer");
        Require(value >= least && value <= most, $"{name} lies between {least} and {most}");
        return value;
    }

    /// <summary>A word out of an enumeration, any case.</summary>
    public T Word<T>(string name)
        where T : struct, Enum =>
        Enum.TryParse(Text(name), ignoreCase: true, out T value) && Enum.IsDefined(value) ? value : throw Missing(name, typeof(T).Name);

    /// <summary>An object.</summary>
    public PlanObject Object(string name) => new(json.ObjectOrNull(name) ?? throw Missing(name, "object"));

    /// <summary>Whether there is a member of this name.</summary>
    public bool Has(string name) => json.TryGet(name, out _);

    /// <summary>A list of objects.</summary>
    public PlanObject[] Objects(string name) =>
        [.. List(name).Select(item => new PlanObject(item as CanonicalObject ?? throw Missing(name, "list of objects")))];

    /// <summary>A list of texts.</summary>
    public string[] Texts(string name) => [.. List(name).Select(item => (item as CanonicalText ?? throw Missing(name, "list of texts")).Value)];

    /// <summary>A list of integers that are not texts.</summary>
    public long[] Numbers(string name) => [.. List(name).Select(item => (item as CanonicalInteger ?? throw Missing(name, "list of integers")).Value)];

    /// <summary>A list of single precision numbers.</summary>
    public float[] Singles(string name) =>
        [.. Texts(name).Select(text => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) ? value : throw Missing(name, "list of numbers"))];

    /// <summary>A list of double precision numbers.</summary>
    public double[] Doubles(string name) =>
        [.. Texts(name).Select(text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : throw Missing(name, "list of numbers"))];

    /// <summary>A list of integers written as texts.</summary>
    public long[] Integers(string name) =>
        [.. Texts(name).Select(text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : throw Missing(name, "list of integers"))];

    /// <summary>One double precision number written as text.</summary>
    public double Double(string name) =>
        double.TryParse(Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : throw Missing(name, "number");

    private static PlanFormatException Missing(string name, string type) => new($"the member '{name}' is not a {type}");

    private CanonicalList List(string name) => json.TryGet(name, out CanonicalValue? value) && value is CanonicalList list ? list : throw Missing(name, "list");
}
