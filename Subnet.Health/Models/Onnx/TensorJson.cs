using System.Globalization;
using Subnet.Crypto.CanonicalJson;
using Subnet.Health.Models.Evaluation;

namespace Subnet.Health.Models.Onnx;

/// <summary>Tensors and attributes as canonical JSON and back; numbers are texts in the shortest form that reads back to the same value.</summary>
internal static class TensorJson
{
    private const int MaxDimensions = 8;

    /// <summary>Writes a tensor under a name.</summary>
    public static CanonicalObject Write(string name, Tensor tensor) => new()
    {
        { "name", name },
        { "type", (long)tensor.Type },
        { "shape", new CanonicalList(tensor.Shape.Select(length => (CanonicalValue)length)) },
        { "values", new CanonicalList(Values(tensor).Select(value => (CanonicalValue)value)) },
    };

    /// <summary>Reads a tensor and its name.</summary>
    /// <exception cref="PlanFormatException">It is not one.</exception>
    public static (string Name, Tensor Tensor) Read(PlanObject json)
    {
        var type = (ElementType)json.Integer("type", 0, 64);
        long[] lengths = json.Numbers("shape");
        PlanObject.Require(lengths.Length <= MaxDimensions && lengths.All(length => length is >= 0 and <= Tensor.MaxElements), "a shape has a few lengths");
        int[] shape = [.. lengths.Select(length => (int)length)];
        try
        {
            return (json.Text("name"), type switch
            {
                ElementType.Single => new Tensor<float>(type, shape, json.Singles("values")),
                ElementType.Double => new Tensor<double>(type, shape, json.Doubles("values")),
                ElementType.Text => new Tensor<string>(type, shape, json.Texts("values")),
                _ when Enum.IsDefined(type) => new Tensor<long>(type, shape, json.Integers("values")),
                _ => throw new PlanFormatException("an element type is unknown"),
            });
        }
        catch (OperatorException fault)
        {
            throw new PlanFormatException(fault.Message);
        }
    }

    /// <summary>Writes an attribute.</summary>
    public static CanonicalObject Write(OnnxAttribute attribute)
    {
        var json = new CanonicalObject { { "name", attribute.Name } };
        if (attribute.Single is float single)
        {
            json.Add("single", Number(single));
        }

        if (attribute.Integer is long integer)
        {
            json.Add("integer", integer.ToString(CultureInfo.InvariantCulture));
        }

        if (attribute.Text is string text)
        {
            json.Add("text", text);
        }

        if (attribute.Tensor is Tensor tensor)
        {
            json.Add("tensor", Write("", tensor));
        }

        AddList(json, "singles", attribute.Singles.Select(Number));
        AddList(json, "integers", attribute.Integers.Select(value => value.ToString(CultureInfo.InvariantCulture)));
        AddList(json, "texts", attribute.Texts);
        return json;
    }

    /// <summary>Reads an attribute.</summary>
    /// <exception cref="PlanFormatException">It is not one.</exception>
    public static OnnxAttribute ReadAttribute(PlanObject json)
    {
        var attribute = new OnnxAttribute(json.Text("name"))
        {
            Single = json.Has("single") ? (float)json.Double("single") : null,
            Integer = json.Has("integer") ? Integer(json.Text("integer")) : null,
            Text = json.Has("text") ? json.Text("text") : null,
            Tensor = json.Has("tensor") ? Read(json.Object("tensor")).Tensor : null,
        };
        attribute.Singles.AddRange(json.Has("singles") ? json.Singles("singles") : []);
        attribute.Integers.AddRange(json.Has("integers") ? json.Integers("integers") : []);
        attribute.Texts.AddRange(json.Has("texts") ? json.Texts("texts") : []);
        return attribute;
    }

    private static void AddList(CanonicalObject json, string name, IEnumerable<string> values)
    {
        var list = new CanonicalList(values.Select(value => (CanonicalValue)value));
        if (list.Count > 0)
        {
            json.Add(name, list);
        }
    }

    private static IEnumerable<string> Values(Tensor tensor) => tensor switch
    {
        Tensor<float> x => x.Data.Select(Number),
        Tensor<double> x => x.Data.Select(value => value.ToString("R", CultureInfo.InvariantCulture)),
        Tensor<long> x => x.Data.Select(value => value.ToString(CultureInfo.InvariantCulture)),
        Tensor<string> x => x.Data,
        _ => throw new ArgumentException($"{tensor.GetType().Name} has no form", nameof(tensor)),
    };

    private static string Number(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static long Integer(string text)
    {
        bool isInteger = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value);
        PlanObject.Require(isInteger, "an integer is written in digits");
        return value;
    }
}
