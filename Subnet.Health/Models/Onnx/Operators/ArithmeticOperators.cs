namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>Element by element: arithmetic, comparison, logic.</summary>
internal static class ArithmeticOperators
{
    /// <summary>The operators of this group.</summary>
    public static IEnumerable<(string Name, Func<NodeContext, Kernel> Create)> All =>
    [
        ("Add", _ => Fold((a, b) => a + b, (a, b) => a + b, (a, b) => a + b, 2)),
        ("Sub", _ => Fold((a, b) => a - b, (a, b) => a - b, (a, b) => a - b, 2)),
        ("Mul", _ => Fold((a, b) => a * b, (a, b) => a * b, (a, b) => a * b, 2)),
        ("Div", _ => Fold((a, b) => a / b, (a, b) => a / b, Divide, 2)),
        ("Pow", _ => Power),
        ("Sum", _ => Fold((a, b) => a + b, (a, b) => a + b, (a, b) => a + b, 1)),
        ("Max", _ => Fold(MathF.Max, Math.Max, Math.Max, 1)),
        ("Min", _ => Fold(MathF.Min, Math.Min, Math.Min, 1)),
        ("Mean", _ => Mean),
        ("Greater", _ => Compare((a, b) => a > b, (a, b) => a > b)),
        ("GreaterOrEqual", _ => Compare((a, b) => a >= b, (a, b) => a >= b)),
        ("Less", _ => Compare((a, b) => a < b, (a, b) => a < b)),
        ("LessOrEqual", _ => Compare((a, b) => a <= b, (a, b) => a <= b)),
        ("Equal", _ => Compare((a, b) => a == b, (a, b) => a == b)),
        ("And", _ => Logic((a, b) => a & b)),
        ("Or", _ => Logic((a, b) => a | b)),
        ("Xor", _ => Logic((a, b) => a ^ b)),
        ("Not", _ => inputs => Inputs.One(Truth(Inputs.Require(inputs, 0), value => value == 0))),
        ("IsNaN", _ => IsNaN),
        ("Where", _ => Where),
        ("BitShift", BitShift),
    ];

    private static long Divide(long a, long b) => b == 0 ? throw new OperatorException("it divides an integer by zero") : b == -1 ? unchecked(-a) : a / b;

    private static Kernel Fold(Func<float, float, float> single, Func<double, double, double> number, Func<long, long, long> integer, int least) => inputs =>
    {
        if (inputs.Length < least)
        {
            throw new OperatorException($"it needs {least} inputs");
        }

        Tensor result = Inputs.Require(inputs, 0);
        for (int i = 1; i < inputs.Length; i++)
        {
            result = Combine(result, Inputs.Require(inputs, i), single, number, integer);
        }

        return [result];
    };

    private static Tensor Combine(
        Tensor a, Tensor b, Func<float, float, float> single, Func<double, double, double> number, Func<long, long, long> integer) => (a, b) switch
        {
            (Tensor<float> x, Tensor<float> y) => Broadcasting.Apply(ElementType.Single, x, y, single),
            (Tensor<double> x, Tensor<double> y) => Broadcasting.Apply(ElementType.Double, x, y, number),
            (Tensor<long> x, Tensor<long> y) when a.Type == b.Type =>
                Broadcasting.Apply(a.Type, x, y, (p, q) => Integers.Wrap(a.Type, integer(p, q))),
            _ => throw new OperatorTypeException($"it cannot combine {a.Type} and {b.Type}"),
        };

    private static Tensor[] Power(Tensor?[] inputs)
    {
        Tensor a = Inputs.Require(inputs, 0);
        Tensor b = Inputs.Require(inputs, 1);
        if (a is Tensor<double> wide)
        {
            Tensor<double> exponent = b as Tensor<double> ?? new Tensor<double>(ElementType.Double, b.Shape, Array.ConvertAll(b.ToSingles(), v => (double)v));
            return [Broadcasting.Apply(ElementType.Double, wide, exponent, Math.Pow)];
        }

        Tensor<float> power = Broadcasting.Apply(
            ElementType.Single,
            new Tensor<float>(ElementType.Single, a.Shape, a.ToSingles()),
            new Tensor<float>(ElementType.Single, b.Shape, b.ToSingles()),
            MathF.Pow);
        return a.IsInteger
            ? [new Tensor<long>(a.Type, power.Shape, Array.ConvertAll(power.Data, v => Integers.Wrap(a.Type, Integers.Truncate(v))))]
            : [power];
    }

    private static Tensor[] Mean(Tensor?[] inputs)
    {
        Tensor sum = Fold((a, b) => a + b, (a, b) => a + b, (a, b) => a + b, 1)(inputs)[0];
        int count = inputs.Length;
        return sum switch
        {
            Tensor<float> x => [new Tensor<float>(x.Type, x.Shape, Array.ConvertAll(x.Data, v => v / count))],
            Tensor<double> x => [new Tensor<double>(x.Type, x.Shape, Array.ConvertAll(x.Data, v => v / count))],
            _ => throw new OperatorException("it takes the mean of real numbers only"),
        };
    }

    private static Kernel Compare(Func<double, double, bool> number, Func<long, long, bool> integer) => inputs =>
        (Inputs.Require(inputs, 0), Inputs.Require(inputs, 1)) switch
        {
            (Tensor<float> a, Tensor<float> b) => [Broadcasting.Apply(ElementType.Boolean, a, b, (x, y) => number(x, y) ? 1L : 0)],
            (Tensor<double> a, Tensor<double> b) => [Broadcasting.Apply(ElementType.Boolean, a, b, (x, y) => number(x, y) ? 1L : 0)],
            (Tensor<long> a, Tensor<long> b) => [Broadcasting.Apply(ElementType.Boolean, a, b, (x, y) => integer(x, y) ? 1L : 0)],
            (Tensor<string> a, Tensor<string> b) =>
                [Broadcasting.Apply(ElementType.Boolean, a, b, (x, y) => integer(string.CompareOrdinal(x, y), 0) ? 1L : 0)],
            (Tensor a, Tensor b) => throw new OperatorTypeException($"it cannot compare {a.Type} and {b.Type}"),
        };

    private static Kernel Logic(Func<long, long, long> function) => inputs =>
        [Broadcasting.Apply(ElementType.Boolean, Inputs.As<long>(Inputs.Require(inputs, 0)), Inputs.As<long>(Inputs.Require(inputs, 1)), function)];

    private static Tensor<long> Truth(Tensor tensor, Func<long, bool> function) =>
        new(ElementType.Boolean, tensor.Shape, Array.ConvertAll(Inputs.As<long>(tensor).Data, value => function(value) ? 1L : 0));

    private static Tensor[] IsNaN(Tensor?[] inputs) => Inputs.Require(inputs, 0) switch
    {
        Tensor<float> x => [new Tensor<long>(ElementType.Boolean, x.Shape, Array.ConvertAll(x.Data, v => float.IsNaN(v) ? 1L : 0))],
        Tensor<double> x => [new Tensor<long>(ElementType.Boolean, x.Shape, Array.ConvertAll(x.Data, v => double.IsNaN(v) ? 1L : 0))],
        Tensor other => throw new OperatorTypeException($"it takes real numbers, not {other.Type}"),
    };

    private static Tensor[] Where(Tensor?[] inputs)
    {
        Tensor<long> condition = Inputs.As<long>(Inputs.Require(inputs, 0));
        Tensor yes = Inputs.Require(inputs, 1);
        Tensor no = Inputs.Require(inputs, 2);
        int[] shape = Broadcasting.Shape(condition.Shape, Broadcasting.Shape(yes.Shape, no.Shape));
        long[] choice = ((Tensor<long>)Broadcasting.Expand(condition, shape)).Data;
        yes = Broadcasting.Expand(yes, shape);
        no = Broadcasting.Expand(no, shape);
        return (yes, no) switch
        {
            (Tensor<float> a, Tensor<float> b) => [Choose(a, b, choice)],
            (Tensor<double> a, Tensor<double> b) => [Choose(a, b, choice)],
            (Tensor<long> a, Tensor<long> b) => [Choose(a, b, choice)],
            (Tensor<string> a, Tensor<string> b) => [Choose(a, b, choice)],
            _ => throw new OperatorTypeException($"it cannot choose between {yes.Type} and {no.Type}"),
        };
    }

    private static Tensor<T> Choose<T>(Tensor<T> yes, Tensor<T> no, long[] choice)
    {
        T[] result = new T[choice.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = choice[i] != 0 ? yes.Data[i] : no.Data[i];
        }

        return new Tensor<T>(yes.Type, yes.Shape, result);
    }

    private static Kernel BitShift(NodeContext node)
    {
        bool left = node.Word("direction", (bool?)null, ("LEFT", true), ("RIGHT", false)) ?? throw node.Refuse("the attribute 'direction' is missing");
        return inputs =>
        {
            Tensor<long> value = Inputs.As<long>(Inputs.Require(inputs, 0));
            return [Broadcasting.Apply(value.Type, value, Inputs.As<long>(Inputs.Require(inputs, 1)), (v, s) => Shift(value.Type, v, s, left))];
        };
    }

    // Only unsigned types shift; a shift by the width or more leaves nothing.
    private static long Shift(ElementType type, long value, long by, bool left) => by is < 0 or > 63 || by >= Integers.Bytes(type) * 8
        ? 0
        : Integers.Wrap(type, left ? value << (int)by : (long)((ulong)value >> (int)by));
}
