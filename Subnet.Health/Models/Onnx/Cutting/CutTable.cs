namespace Subnet.Health.Models.Onnx.Cutting;

/// <summary>A public value that the private part or the tail reads, as a stretch of the feature vector.</summary>
/// <param name="Name">Name of the value.</param>
/// <param name="Type">Single or double precision, or an integer type.</param>
/// <param name="Shape">For one row.</param>
/// <param name="Start">Place of its first number in the feature vector.</param>
internal sealed record CutTable(string Name, ElementType Type, int[] Shape, int Start)
{
    /// <summary>Numbers for each row.</summary>
    public int Width => Tensor.CountOf(Shape);

    /// <summary>The value for one row.</summary>
    public Tensor ToTensor(float[] data) => Type switch
    {
        ElementType.Double => new Tensor<double>(Type, Shape, Array.ConvertAll(data, value => (double)value)),
        ElementType.Single => new Tensor<float>(Type, Shape, data),
        _ => new Tensor<long>(Type, Shape, Array.ConvertAll(data, value => (long)value)),
    };
}
