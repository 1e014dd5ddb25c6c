namespace Subnet.Health.Models.Onnx;

/// <summary>
/// A dense tensor, row-major. Elements are held as float, double, string, or, for every integer type and truth values, as
/// long (unsigned 64-bit values by their bits). Never changed after it was made.
/// </summary>
internal abstract class Tensor
{
    /// <summary>Most elements of one tensor: a bound on what a hostile graph can make of a small file.</summary>
    public const int MaxElements = 1 << 25;

    private protected Tensor(ElementType type, int[] shape)
    {
        Type = type;
        Shape = shape;
    }

    /// <summary>Type of each element.</summary>
    public ElementType Type { get; }

    /// <summary>Length of each dimension; none for a scalar.</summary>
    public int[] Shape { get; }

    /// <summary>Number of dimensions.</summary>
    public int Rank => Shape.Length;

    /// <summary>Number of elements.</summary>
    public abstract int Count { get; }

    /// <summary>Whether the elements are held as long.</summary>
    public bool IsInteger => this is Tensor<long>;

    /// <summary>The number of elements of a shape.</summary>
    /// <exception cref="OperatorException">Beyond <see cref="MaxElements"/>.</exception>
    public static int CountOf(ReadOnlySpan<int> shape)
    {
        long count = 1;
        foreach (int length in shape)
        {
            count *= length;
            if (length < 0 || count > MaxElements)
            {
                throw new OperatorException($"it makes a tensor of more than {MaxElements} elements");
            }
        }

        return (int)count;
    }

    /// <summary>The same elements in another shape of the same size.</summary>
    public abstract Tensor WithShape(int[] shape);

    /// <summary>A tensor of the elements at these flat positions.</summary>
    public abstract Tensor Take(int[] shape, int[] positions);

    /// <summary>The elements as floats.</summary>
    public abstract float[] ToSingles();
}

/// <summary>A tensor of one of the four held types.</summary>
internal sealed class Tensor<T> : Tensor
{
    /// <summary>Wraps elements; they are not copied.</summary>
    public Tensor(ElementType type, int[] shape, T[] data)
        : base(type, shape)
    {
        if (CountOf(shape) != data.Length)
        {
            throw new OperatorException($"{data.Length} elements do not fill the shape [{string.Join(", ", shape)}]");
        }

        Data = data;
    }

    /// <summary>The elements.</summary>
    public T[] Data { get; }

    /// <inheritdoc/>
    public override int Count => Data.Length;

    /// <inheritdoc/>
    public override Tensor WithShape(int[] shape) => new Tensor<T>(Type, shape, Data);

    /// <inheritdoc/>
    public override Tensor Take(int[] shape, int[] positions)
    {
        T[] taken = new T[positions.Length];
        for (int i = 0; i < positions.Length; i++)
        {
            taken[i] = Data[positions[i]];
        }

        return new Tensor<T>(Type, shape, taken);
    }

    /// <inheritdoc/>
    public override float[] ToSingles() => this switch
    {
        Tensor<float> singles => singles.Data,
        Tensor<double> doubles => Array.ConvertAll(doubles.Data, value => (float)value),
        Tensor<long> integers when Type == ElementType.UInt64 => Array.ConvertAll(integers.Data, value => (float)(ulong)value),
        Tensor<long> integers => Array.ConvertAll(integers.Data, value => (float)value),
        _ => throw new OperatorTypeException("it takes numbers and is given text"),
    };
}
