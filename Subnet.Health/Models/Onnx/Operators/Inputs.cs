namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>What operators ask of their inputs.</summary>
internal static class Inputs
{
    /// <summary>An input that must be there.</summary>
    public static Tensor Require(Tensor?[] inputs, int at) =>
        at < inputs.Length && inputs[at] is { } found ? found : throw new OperatorException($"input {at} is missing");

    /// <summary>An input that may be left out.</summary>
    public static Tensor? Optional(Tensor?[] inputs, int at) => at < inputs.Length ? inputs[at] : null;

    /// <summary>An input of a held type.</summary>
    public static Tensor<T> As<T>(Tensor tensor) => tensor as Tensor<T> ?? throw new OperatorTypeException($"an input of type {tensor.Type} is of no use here");

    /// <summary>A table of floats: rows x columns. One dimension is one row, more than two are flattened after the first.</summary>
    public static (float[] Data, int Rows, int Columns) Table(Tensor tensor)
    {
        float[] data = tensor.ToSingles();
        return tensor.Rank switch
        {
            0 => (data, 1, 1),
            1 => (data, 1, data.Length),
            _ => (data, tensor.Shape[0], Tensor.CountOf(tensor.Shape.AsSpan(1))),
        };
    }

    /// <summary>A short list of integers, such as axes or a shape.</summary>
    public static long[] Integers(Tensor tensor) => As<long>(tensor).Data;

    /// <summary>An axis counted from either end.</summary>
    public static int Axis(long axis, int rank) =>
        axis >= -rank && axis < rank ? (int)(axis < 0 ? axis + rank : axis) : throw new OperatorException($"axis {axis} is outside {rank} dimensions");

    /// <summary>A result with one output.</summary>
    public static Tensor[] One(Tensor tensor) => [tensor];

    /// <summary>A table of floats as a tensor.</summary>
    public static Tensor Singles(float[] data, params int[] shape) => new Tensor<float>(ElementType.Single, shape, data);
}
