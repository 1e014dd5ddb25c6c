namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>Categories in ai.onnx.ml: between texts, integers and indicator columns.</summary>
internal static class CategoryOperators
{
    /// <summary>The operators of this group.</summary>
    public static IEnumerable<(string Name, Func<NodeContext, Kernel> Create)> All =>
    [
        ("OneHotEncoder", OneHotEncoder),
        ("LabelEncoder", LabelEncoder),
        ("CategoryMapper", CategoryMapper),
    ];

    private static Kernel OneHotEncoder(NodeContext node)
    {
        string[] texts = node.Texts("cats_strings");
        long[] integers = node.Integers("cats_int64s");
        bool unknownIsZero = node.Integer("zeros", 1) != 0;
        if (texts.Length == 0 == (integers.Length == 0))
        {
            throw node.Refuse("it has no categories, or categories of both types", ModelFormatException.SaveAgain);
        }

        Dictionary<string, int> byText = Index(node, texts);
        Dictionary<long, int> byInteger = Index(node, integers);
        int width = Math.Max(texts.Length, integers.Length);
        return inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            int[] places = tensor is Tensor<string> text
                ? Array.ConvertAll(text.Data, value => byText.GetValueOrDefault(value, -1))
                : Array.ConvertAll(ToIntegers(tensor), value => byInteger.GetValueOrDefault(value, -1));
            if (!unknownIsZero && Array.Exists(places, place => place < 0))
            {
                throw new OperatorException("a value is none of its categories");
            }

            int[] shape = [.. tensor.Shape, width];
            float[] result = new float[Tensor.CountOf(shape)];
            for (int i = 0; i < places.Length; i++)
            {
                if (places[i] >= 0)
                {
                    result[(i * width) + places[i]] = 1;
                }
            }

            return [Inputs.Singles(result, shape)];
        };
    }

    private static Kernel LabelEncoder(NodeContext node)
    {
        if (node.Version < 2)
        {
            return Mapper(node, node.Texts("classes_strings"), null);
        }

        string defaultText = node.Text("default_string", "_Unused");
        long defaultInteger = node.Integer("default_int64", -1);
        float defaultSingle = node.Single("default_float", -0f);
        Tensor? defaultTensor = node.Tensor("default_tensor");
        Tensor keys = Column(node, "keys");
        Tensor values = Column(node, "values");
        if (keys.Count != values.Count)
        {
            throw node.Refuse($"it has {keys.Count} keys and {values.Count} values", ModelFormatException.SaveAgain);
        }

        Func<Tensor, int[]> find = keys switch
        {
            Tensor<string> list => Finder(First(list.Data)),
            Tensor<float> list => Finder(First(list.Data)),
            Tensor<double> list => Finder(First(list.Data)),
            Tensor<long> list => Finder(First(list.Data)),
            _ => throw node.Refuse($"keys of type {keys.Type} are not supported"),
        };
        return inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            int[] places = find(tensor);
            return values switch
            {
                Tensor<string> list => [Fill(list, places, tensor.Shape, defaultTensor is Tensor<string> { Count: 1 } d ? d.Data[0] : defaultText)],
                Tensor<float> list => [Fill(list, places, tensor.Shape, defaultTensor is Tensor<float> { Count: 1 } d ? d.Data[0] : defaultSingle)],
                Tensor<double> list => [Fill(list, places, tensor.Shape, defaultTensor is Tensor<double> { Count: 1 } d ? d.Data[0] : defaultSingle)],
                Tensor<long> list => [Fill(list, places, tensor.Shape, defaultTensor is Tensor<long> { Count: 1 } d ? d.Data[0] : defaultInteger)],
                _ => throw new OperatorTypeException($"values of type {values.Type} are not supported"),
            };
        };
    }

    private static Tensor Column(NodeContext node, string name)
    {
        string[] texts = node.Texts(name + "_strings");
        long[] integers = node.Integers(name + "_int64s");
        float[] singles = node.Singles(name + "_floats");
        Tensor? tensor = node.Tensor(name + "_tensor");
        int kinds = (texts.Length > 0 ? 1 : 0) + (integers.Length > 0 ? 1 : 0) + (singles.Length > 0 ? 1 : 0) + (tensor is null ? 0 : 1);
        return kinds != 1 ? throw node.Refuse($"it has no {name}, or {name} of several types", ModelFormatException.SaveAgain)
            : tensor
            ?? (texts.Length > 0 ? new Tensor<string>(ElementType.Text, [texts.Length], texts)
            : integers.Length > 0 ? new Tensor<long>(ElementType.Int64, [integers.Length], integers)
            : Inputs.Singles(singles, singles.Length));
    }

    private static Func<Tensor, int[]> Finder<T>(Dictionary<T, int> index)
        where T : notnull => tensor => Array.ConvertAll(Inputs.As<T>(tensor).Data, value => index.GetValueOrDefault(value, -1));

    // Of two equal keys the first counts. float.Equals holds NaN for equal to NaN, and 0 to -0, as is wanted here.
    private static Dictionary<T, int> First<T>(T[] keys)
        where T : notnull
    {
        Dictionary<T, int> index = new(keys.Length);
        for (int i = 0; i < keys.Length; i++)
        {
            index.TryAdd(keys[i], i);
        }

        return index;
    }

    private static Tensor<T> Fill<T>(Tensor<T> values, int[] places, int[] shape, T otherwise) =>
        new(values.Type, shape, Array.ConvertAll(places, place => place < 0 ? otherwise : values.Data[place]));

    private static Kernel CategoryMapper(NodeContext node)
    {
        string[] texts = node.Texts("cats_strings");
        long[] integers = node.Integers("cats_int64s");
        return texts.Length == integers.Length ? Mapper(node, texts, integers)
            : throw node.Refuse($"it has {texts.Length} texts and {integers.Length} integers", ModelFormatException.SaveAgain);
    }

    // Texts become integers and integers texts; without integers of its own a text stands for its place.
    private static Kernel Mapper(NodeContext node, string[] texts, long[]? integers)
    {
        string defaultText = node.Text("default_string", "_Unused");
        long defaultInteger = node.Integer("default_int64", -1);
        long[] numbers = integers ?? [.. Enumerable.Range(0, texts.Length).Select(i => (long)i)];
        Dictionary<string, int> byText = First(texts);
        Dictionary<long, int> byInteger = First(numbers);
        return inputs => Inputs.Require(inputs, 0) switch
        {
            Tensor<string> x => [new Tensor<long>(
                ElementType.Int64, x.Shape, Array.ConvertAll(x.Data, value => byText.TryGetValue(value, out int at) ? numbers[at] : defaultInteger))],
            Tensor<long> x => [new Tensor<string>(
                ElementType.Text, x.Shape, Array.ConvertAll(x.Data, value => byInteger.TryGetValue(value, out int at) ? texts[at] : defaultText))],
            Tensor other => throw new OperatorTypeException($"it maps texts and integers, not {other.Type}"),
        };
    }

    private static Dictionary<T, int> Index<T>(NodeContext node, T[] categories)
        where T : notnull
    {
        Dictionary<T, int> index = First(categories);
        return index.Count == categories.Length ? index : throw node.Refuse("a category is there twice", ModelFormatException.SaveAgain);
    }

    private static long[] ToIntegers(Tensor tensor) => tensor switch
    {
        Tensor<long> x => x.Data,
        Tensor<float> x => Array.ConvertAll(x.Data, value => Integers.Truncate(value)),
        Tensor<double> x => Array.ConvertAll(x.Data, Integers.Truncate),
        _ => throw new OperatorTypeException($"it takes numbers, not {tensor.Type}"),
    };
}
