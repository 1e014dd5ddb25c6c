namespace Subnet.Health.Models.Onnx;

/// <summary>
/// Reads an ONNX file (<c>ModelProto</c>) into a graph. Everything that changes the meaning and is not understood is refused
/// by name: functions, training parts, sparse and external tensors, references to attributes, subgraphs.
/// </summary>
internal sealed class OnnxFileReader
{
    private const int MaxNodes = 100_000;

    private readonly string file;

    private OnnxFileReader(string file) => this.file = file;

    /// <summary>Reads the graph.</summary>
    /// <param name="file">Name of the file, for messages.</param>
    /// <param name="bytes">Its content.</param>
    /// <exception cref="ModelFormatException">Damaged, hostile or not supported.</exception>
    public static OnnxGraph Read(string file, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return new OnnxFileReader(file).ReadModel(bytes);
        }
        catch (ProtobufException fault)
        {
            throw new ModelFormatException(
                file, null, $"the file is neither a .zip of ML.NET nor a sound ONNX model: {fault.Message}", ModelFormatException.SaveAgain, fault);
        }
    }

    private OnnxGraph ReadModel(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlyMemory<byte>? graph = null;
        string producer = "";
        bool hasVersion = false;
        Dictionary<string, long> versions = new(StringComparer.Ordinal);
        foreach (ProtobufField field in ProtobufReader.Fields(bytes))
        {
            switch (field.Number)
            {
                case 1:
                    hasVersion = field.Integer > 0;
                    break;
                case 2:
                    producer = field.Text;
                    break;
                case 7:
                    graph = field.Content;
                    break;
                case 8:
                    AddVersion(field.Content, versions);
                    break;
                case 20:
                    throw Refuse("the model holds training information", "export it for inference");
                case 25:
                    throw Refuse("the model holds functions of its own", "export it with functions expanded");
            }
        }

        if (graph is null || !hasVersion)
        {
            throw new ProtobufException("it has no graph or no IR version");
        }

        return ReadGraph(graph.Value, producer, versions);
    }

    private static void AddVersion(ReadOnlyMemory<byte> message, Dictionary<string, long> versions)
    {
        string domain = "";
        long version = 0;
        foreach (ProtobufField field in ProtobufReader.Fields(message))
        {
            if (field.Number == 1)
            {
                domain = field.Text;
            }
            else if (field.Number == 2)
            {
                version = field.Integer;
            }
        }

        versions[Domain(domain)] = version;
    }

    private OnnxGraph ReadGraph(ReadOnlyMemory<byte> message, string producer, Dictionary<string, long> versions)
    {
        List<OnnxNode> nodes = [];
        Dictionary<string, Tensor> constants = new(StringComparer.Ordinal);
        List<OnnxValue> inputs = [];
        List<OnnxValue> outputs = [];
        foreach (ProtobufField field in ProtobufReader.Fields(message))
        {
            switch (field.Number)
            {
                case 1:
                    if (nodes.Count == MaxNodes)
                    {
                        throw Refuse($"the graph has more than {MaxNodes} nodes", "simplify it");
                    }

                    nodes.Add(ReadNode(field.Content, nodes.Count));
                    break;
                case 5:
                    (string name, Tensor tensor) = ReadTensor(field.Content, "initializer");
                    if (!constants.TryAdd(name, tensor))
                    {
                        throw Refuse($"two initializers are named '{name}'", ModelFormatException.SaveAgain);
                    }

                    break;
                case 11:
                    inputs.Add(ReadValue(field.Content));
                    break;
                case 12:
                    outputs.Add(ReadValue(field.Content));
                    break;
                case 15:
                    throw Refuse("the graph holds sparse initializers", "export them dense");
            }
        }

        inputs.RemoveAll(input => constants.ContainsKey(input.Name));
        return new OnnxGraph(producer, versions, nodes, constants, inputs, outputs);
    }

    private OnnxNode ReadNode(ReadOnlyMemory<byte> message, int index)
    {
        List<string> inputs = [];
        List<string> outputs = [];
        string name = "";
        string kind = "";
        string domain = "";
        Dictionary<string, OnnxAttribute> attributes = new(StringComparer.Ordinal);
        List<ReadOnlyMemory<byte>> raw = [];
        foreach (ProtobufField field in ProtobufReader.Fields(message))
        {
            switch (field.Number)
            {
                case 1:
                    inputs.Add(field.Text);
                    break;
                case 2:
                    outputs.Add(field.Text);
                    break;
                case 3:
                    name = field.Text;
                    break;
                case 4:
                    kind = field.Text;
                    break;
                case 5:
                    raw.Add(field.Content);
                    break;
                case 7:
                    domain = Domain(field.Text);
                    break;
            }
        }

        string place = name.Length > 0 ? $"node '{name}'" : $"node {index}";
        foreach (ReadOnlyMemory<byte> content in raw)
        {
            OnnxAttribute attribute = ReadAttribute(content, place, kind);
            if (!attributes.TryAdd(attribute.Name, attribute))
            {
                throw new ModelFormatException(place, kind, $"the attribute '{attribute.Name}' is there twice", ModelFormatException.SaveAgain);
            }
        }

        return new OnnxNode(place, domain, kind, inputs, outputs, attributes);
    }

    private OnnxAttribute ReadAttribute(ReadOnlyMemory<byte> message, string place, string kind)
    {
        string name = "";
        foreach (ProtobufField field in ProtobufReader.Fields(message))
        {
            if (field.Number == 1)
            {
                name = field.Text;
            }
        }

        OnnxAttribute attribute = new(name);
        long type = 0;
        foreach (ProtobufField field in ProtobufReader.Fields(message))
        {
            switch (field.Number)
            {
                case 2:
                    attribute.Single = field.Single;
                    break;
                case 3:
                    attribute.Integer = field.Integer;
                    break;
                case 4:
                    attribute.Text = field.Text;
                    break;
                case 5:
                    attribute.Tensor = ReadTensor(field.Content, $"attribute '{name}' of {place}").Tensor;
                    break;
                case 6 or 10 or 11:
                    throw new ModelFormatException(place, kind, $"the attribute '{name}' holds a graph or a list of them", "export a model without control flow");
                case 7:
                    field.AddSingles(attribute.Singles);
                    break;
                case 8:
                    field.AddIntegers(attribute.Integers);
                    break;
                case 9:
                    attribute.Texts.Add(field.Text);
                    break;
                case 20:
                    type = field.Integer;
                    break;
                case 21:
                    throw new ModelFormatException(place, kind, $"the attribute '{name}' refers to a function's", "export it with functions expanded");
            }
        }

        // Writers of proto3, ML.NET among them, leave out a value that is zero or empty.
        attribute.Single ??= type == 1 ? 0 : null;
        attribute.Integer ??= type == 2 ? 0 : null;
        attribute.Text ??= type == 3 ? "" : null;
        return attribute;
    }

    private (string Name, Tensor Tensor) ReadTensor(ReadOnlyMemory<byte> message, string place) => TensorReader.Read(file, place, message);

    private static OnnxValue ReadValue(ReadOnlyMemory<byte> message)
    {
        string name = "";
        ElementType? type = null;
        List<long>? dimensions = null;
        foreach (ProtobufField field in ProtobufReader.Fields(message))
        {
            if (field.Number == 1)
            {
                name = field.Text;
            }
            else if (field.Number == 2)
            {
                foreach (ProtobufField tensor in ProtobufReader.Fields(field.Content).Where(inner => inner.Number == 1))
                {
                    foreach (ProtobufField part in ProtobufReader.Fields(tensor.Content))
                    {
                        if (part.Number == 1 && Enum.IsDefined((ElementType)part.Integer))
                        {
                            type = (ElementType)part.Integer;
                        }
                        else if (part.Number == 2)
                        {
                            dimensions = [.. ProtobufReader.Fields(part.Content).Where(inner => inner.Number == 1).Select(inner => Dimension(inner.Content))];
                        }
                    }
                }
            }
        }

        return new OnnxValue(name, type, dimensions);
    }

    private static long Dimension(ReadOnlyMemory<byte> message)
    {
        long length = -1;
        foreach (ProtobufField field in ProtobufReader.Fields(message))
        {
            if (field.Number == 1)
            {
                length = field.Integer > 0 ? field.Integer : -1;
            }
        }

        return length;
    }

    private static string Domain(string name) => name == "ai.onnx" ? "" : name;

    private ModelFormatException Refuse(string problem, string fix) => new(file, null, problem, fix);
}
