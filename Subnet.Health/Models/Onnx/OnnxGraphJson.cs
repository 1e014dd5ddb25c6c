using Subnet.Crypto.CanonicalJson;
using Subnet.Health.Models.Evaluation;
using Subnet.Health.Models.Onnx.Cutting;
using Subnet.Health.Models.Onnx.Operators;

namespace Subnet.Health.Models.Onnx;

/// <summary>
/// Public pieces of a graph as canonical JSON and back: what a card carries so that a clinic computes exactly the miner's features
/// and answers. The reader takes nothing on trust: operators are made as those of a file are, values are made once and before
/// they are read.
/// </summary>
internal static class OnnxGraphJson
{
    private const int MaxNodes = 4096;
    private const int MaxDimensions = 8;

    /// <summary>Writes a feature map.</summary>
    public static CanonicalObject Write(OnnxFeatureMap map)
    {
        OnnxModel prefix = map.Prefix;
        CanonicalObject json = Write(new OnnxPiece(prefix.Steps, prefix.Graph.Constants, prefix.Graph.Versions), prefix.Answers);
        var inputs = new CanonicalList();
        foreach ((OnnxValue value, ModelColumn column) in prefix.Graph.Inputs.Zip(prefix.Schema.Inputs).Where(pair => pair.Second.IsUsed))
        {
            inputs.Add(new CanonicalObject
            {
                { "name", column.Name },
                { "kind", column.Kind.ToString().ToLowerInvariant() },
                { "slots", column.Width },
                { "vector", column.IsVector },
                { "type", (long)value.Type!.Value },
                { "dimensions", value.Dimensions!.Count },
            });
        }

        json.Add("inputs", inputs);
        json.Add("answers", Texts(prefix.Answers));
        json.Add("one_by_one", prefix.IsOneByOne);
        json.Add("names", Texts(map.Names));
        return json;
    }

    /// <summary>Reads a feature map.</summary>
    /// <exception cref="PlanFormatException">It is not one.</exception>
    public static OnnxFeatureMap ReadFeatures(PlanObject json)
    {
        var columns = new List<ModelColumn>();
        var values = new List<OnnxValue>();
        foreach (PlanObject input in json.Objects("inputs"))
        {
            int slots = (int)input.Integer("slots", 1, 1 << 16);
            columns.Add(new ModelColumn(input.Text("name"), input.Word<ColumnKind>("kind"), slots, input.Flag("vector")));
            long dimensions = input.Integer("dimensions", 0, 2);
            PlanObject.Require(Fits(columns[^1].Kind, Type(input)) && (dimensions > 0 || slots == 1), "the type of an input goes with its kind and width");
            values.Add(new OnnxValue(input.Text("name"), Type(input), [.. Enumerable.Repeat(-1L, (int)dimensions)]));
        }

        string[] answers = json.Texts("answers");
        string[] names = json.Texts("names");
        PlanObject.Require(answers.Length > 0 && answers.Distinct().Count() == answers.Length, "a feature map has answers, each its own");
        OnnxPiece piece = ReadPiece(json, values.Select(value => value.Name), answers);
        var graph = new OnnxGraph("", piece.Versions, [.. piece.Steps.Select(step => step.Node)], piece.Constants, values, []);
        var schema = new ModelSchema(ModelTask.Regression, [.. columns], [.. answers], []);
        return new OnnxFeatureMap(new OnnxModel(schema, graph, piece.Steps, answers, json.Flag("one_by_one")), names);
    }

    /// <summary>Writes a tail.</summary>
    public static CanonicalObject Write(OnnxTail tail)
    {
        CanonicalObject json = Write(tail.Piece, tail.Outputs.Select(output => output.Value));
        json.Add("raw", new CanonicalList(tail.Inputs.Select(input => (CanonicalValue)Shaped(input.Name, input.Type, input.Shape))));
        json.Add("tables", new CanonicalList(tail.Tables.Select(table =>
        {
            CanonicalObject shaped = Shaped(table.Name, table.Type, table.Shape);
            shaped.Add("start", table.Start);
            return (CanonicalValue)shaped;
        })));
        json.Add("outputs", new CanonicalList(tail.Outputs.Select(output => (CanonicalValue)new CanonicalObject { { "name", output.Name }, { "value", output.Value } })));
        return json;
    }

    /// <summary>Reads a tail for a feature vector of some width.</summary>
    /// <exception cref="PlanFormatException">It is not one.</exception>
    public static OnnxTail ReadTail(PlanObject json, int width)
    {
        OnnxTailInput[] raw = [.. json.Objects("raw").Select(input => new OnnxTailInput(input.Text("name"), Type(input), Shape(input)))];
        CutTable[] tables = [.. json.Objects("tables").Select(table => new CutTable(table.Text("name"), Type(table), Shape(table), (int)table.Integer("start", 0, width)))];
        OnnxTailOutput[] outputs = [.. json.Objects("outputs").Select(output => new OnnxTailOutput(output.Text("name"), output.Text("value")))];
        PlanObject.Require(raw.Length > 0 && outputs.Length > 0, "a tail has raw scores and answers");
        PlanObject.Require(tables.All(table => table.Type != ElementType.Text && table.Start + table.Width <= width), "a table lies within the feature vector");
        OnnxPiece piece = ReadPiece(json, raw.Select(input => input.Name).Concat(tables.Select(table => table.Name)), outputs.Select(output => output.Value));
        return new OnnxTail(piece, raw, tables, outputs);
    }

    private static CanonicalObject Write(OnnxPiece piece, IEnumerable<string> answers)
    {
        HashSet<string> used = [.. piece.Steps.SelectMany(step => step.Node.Inputs), .. answers];
        return new CanonicalObject
        {
            { "versions", new CanonicalList(piece.Versions.Select(pair => (CanonicalValue)new CanonicalObject { { "domain", pair.Key }, { "version", pair.Value } })) },
            { "nodes", new CanonicalList(piece.Steps.Select(step => (CanonicalValue)Node(step.Node))) },
            { "constants", new CanonicalList(piece.Constants.Where(pair => used.Contains(pair.Key)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (CanonicalValue)TensorJson.Write(pair.Key, pair.Value))) },
        };
    }

    private static OnnxPiece ReadPiece(PlanObject json, IEnumerable<string> given, IEnumerable<string> wanted)
    {
        var versions = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (PlanObject version in json.Objects("versions"))
        {
            PlanObject.Require(versions.TryAdd(version.Text("domain"), version.Integer("version", 1, 1 << 16)), "an operator set has one version");
        }

        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in given)
        {
            PlanObject.Require(name.Length > 0 && known.Add(name), "values have names, each its own");
        }

        var constants = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (PlanObject constant in json.Objects("constants"))
        {
            (string name, Tensor tensor) = TensorJson.Read(constant);
            PlanObject.Require(name.Length > 0 && known.Add(name), "values have names, each its own");
            constants.Add(name, tensor);
        }

        PlanObject[] nodes = json.Objects("nodes");
        PlanObject.Require(nodes.Length <= MaxNodes, $"a graph has at most {MaxNodes} nodes");
        var steps = new List<OnnxStep>(nodes.Length);
        foreach (PlanObject item in nodes)
        {
            OnnxNode node = Node(item);
            PlanObject.Require(node.Inputs.All(input => input.Length == 0 || known.Contains(input)), "every value is made before it is read");
            PlanObject.Require(node.Outputs.Count > 0 && node.Outputs.All(output => output.Length == 0 || known.Add(output)), "every value is made once");
            steps.Add(Step(node, versions, constants));
        }

        PlanObject.Require(wanted.All(known.Contains), "every answer is made");
        return new OnnxPiece(steps, constants, versions);
    }

    private static OnnxStep Step(OnnxNode node, Dictionary<string, long> versions, Dictionary<string, Tensor> constants)
    {
        try
        {
            return new OnnxStep(node, OperatorCatalog.Create(node, versions, at => at < node.Inputs.Count ? constants.GetValueOrDefault(node.Inputs[at]) : null));
        }
        catch (ModelFormatException fault)
        {
            throw new PlanFormatException(fault.Message.TrimEnd('.'));
        }
    }

    private static CanonicalObject Node(OnnxNode node) => new()
    {
        { "name", node.Name },
        { "domain", node.Domain },
        { "op", node.Operator },
        { "inputs", Texts(node.Inputs) },
        { "outputs", Texts(node.Outputs) },
        { "attributes", new CanonicalList(node.Attributes.Values.OrderBy(attribute => attribute.Name, StringComparer.Ordinal).Select(attribute => (CanonicalValue)TensorJson.Write(attribute))) },
    };

    private static OnnxNode Node(PlanObject json)
    {
        var attributes = new Dictionary<string, OnnxAttribute>(StringComparer.Ordinal);
        foreach (PlanObject item in json.Objects("attributes"))
        {
            OnnxAttribute attribute = TensorJson.ReadAttribute(item);
            PlanObject.Require(attributes.TryAdd(attribute.Name, attribute), "an attribute is given once");
        }

        return new OnnxNode(json.Text("name"), json.Text("domain"), json.Text("op"), json.Texts("inputs"), json.Texts("outputs"), attributes);
    }

    private static CanonicalObject Shaped(string name, ElementType type, int[] shape) => new()
    {
        { "name", name }, { "type", (long)type }, { "shape", new CanonicalList(shape.Select(length => (CanonicalValue)length)) },
    };

    private static int[] Shape(PlanObject json)
    {
        long[] shape = json.Numbers("shape");
        PlanObject.Require(shape.Length <= MaxDimensions && shape.All(length => length is >= 0 and <= Tensor.MaxElements), "a shape has a few lengths");
        int[] lengths = [.. shape.Select(length => (int)length)];
        try
        {
            Tensor.CountOf(lengths);
        }
        catch (OperatorException fault)
        {
            throw new PlanFormatException(fault.Message);
        }

        return lengths;
    }

    private static ElementType Type(PlanObject json)
    {
        var type = (ElementType)json.Integer("type", 0, 64);
        PlanObject.Require(Enum.IsDefined(type), "an element type is known");
        return type;
    }

    private static bool Fits(ColumnKind kind, ElementType type) => kind switch
    {
        ColumnKind.Single => type == ElementType.Single,
        ColumnKind.Double => type == ElementType.Double,
        ColumnKind.Boolean => type == ElementType.Boolean,
        ColumnKind.Text => type == ElementType.Text,
        ColumnKind.Unsigned => type is ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64,
        _ => type is ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64,
    };

    private static CanonicalList Texts(IEnumerable<string> texts) => new(texts.Select(text => (CanonicalValue)text));
}
