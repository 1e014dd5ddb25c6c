using System.Globalization;
using System.Numerics;
using System.Text;

namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>From one element type to another: Cast, and the hash of com.microsoft.</summary>
internal static class ConversionOperators
{
    // NaN has many bit patterns and a hash tells them apart; this is the one that other platforms make of a missing value.
    private const uint QuietSingle = 0x7FC00000;
    private const ulong QuietDouble = 0x7FF8000000000000;

    /// <summary>Cast: numbers truncate towards zero, text is read and written in the invariant form.</summary>
    public static Kernel Cast(NodeContext node)
    {
        node.Ignore("saturate");
        ElementType target = (ElementType)node.Integer("to", 0);
        if (!Enum.IsDefined(target))
        {
            throw node.Refuse($"the element type {(int)target} is not supported");
        }

        return inputs => [Convert(Inputs.Require(inputs, 0), target)];
    }

    /// <summary>MurmurHash3 (x86, 32 bits) of each element's bytes: UTF-8 for text, little endian for numbers.</summary>
    public static Kernel MurmurHash3(NodeContext node)
    {
        uint seed = (uint)node.Integer("seed", 0);
        ElementType type = node.Integer("positive", 1) != 0 ? ElementType.UInt32 : ElementType.Int32;
        return inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            long[] hashes = tensor switch
            {
                Tensor<string> x => Array.ConvertAll(x.Data, value => (long)Hash(Encoding.UTF8.GetBytes(value), seed)),
                Tensor<float> x => Array.ConvertAll(x.Data, value => (long)Hash(BitConverter.GetBytes(float.IsNaN(value) ? QuietSingle : BitConverter.SingleToUInt32Bits(value)), seed)),
                Tensor<double> x => Array.ConvertAll(x.Data, value => (long)Hash(BitConverter.GetBytes(double.IsNaN(value) ? QuietDouble : BitConverter.DoubleToUInt64Bits(value)), seed)),
                Tensor<long> x when Integers.Bytes(x.Type) == 4 => Array.ConvertAll(x.Data, value => (long)Hash(BitConverter.GetBytes((int)value), seed)),
                Tensor<long> x when Integers.Bytes(x.Type) == 8 => Array.ConvertAll(x.Data, value => (long)Hash(BitConverter.GetBytes(value), seed)),
                _ => throw new OperatorTypeException($"it does not hash {tensor.Type}"),
            };
            return [new Tensor<long>(type, tensor.Shape, Array.ConvertAll(hashes, value => Integers.Wrap(type, value)))];
        };
    }

    /// <summary>The hash of Austin Appleby's public-domain MurmurHash3_x86_32.</summary>
    internal static uint Hash(ReadOnlySpan<byte> bytes, uint seed)
    {
        uint hash = seed;
        int whole = bytes.Length & ~3;
        for (int i = 0; i < whole; i += 4)
        {
            hash = (BitOperations.RotateLeft(hash ^ Mix(BitConverter.ToUInt32(bytes[i..])), 13) * 5) + 0xE6546B64;
        }

        uint tail = 0;
        for (int i = bytes.Length - 1; i >= whole; i--)
        {
            tail = (tail << 8) | bytes[i];
        }

        hash ^= Mix(tail) ^ (uint)bytes.Length;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return hash ^ (hash >> 16);
    }

    private static uint Mix(uint block) => BitOperations.RotateLeft(block * 0xCC9E2D51, 15) * 0x1B873593;

    private static Tensor Convert(Tensor tensor, ElementType target)
    {
        if (tensor.Type == target)
        {
            return tensor;
        }

        return target switch
        {
            ElementType.Single => new Tensor<float>(target, tensor.Shape, tensor is Tensor<string> text ? Parse(text, value => (float)value) : tensor.ToSingles()),
            ElementType.Double => new Tensor<double>(target, tensor.Shape, ToDoubles(tensor)),
            ElementType.Text => new Tensor<string>(target, tensor.Shape, ToTexts(tensor)),
            ElementType.Boolean => new Tensor<long>(target, tensor.Shape, tensor is Tensor<long> whole
                ? Array.ConvertAll(whole.Data, value => value != 0 ? 1L : 0)
                : Array.ConvertAll(ToDoubles(tensor), value => value != 0 ? 1L : 0)),
            _ => new Tensor<long>(target, tensor.Shape, tensor is Tensor<long> whole
                ? Array.ConvertAll(whole.Data, value => Integers.Wrap(target, value))
                : Array.ConvertAll(ToDoubles(tensor), value => Integers.Wrap(target, target == ElementType.UInt64 ? (long)(ulong)value : Integers.Truncate(value)))),
        };
    }

    private static double[] ToDoubles(Tensor tensor) => tensor switch
    {
        Tensor<double> x => x.Data,
        Tensor<float> x => Array.ConvertAll(x.Data, value => (double)value),
        Tensor<long> x when x.Type == ElementType.UInt64 => Array.ConvertAll(x.Data, value => (double)(ulong)value),
        Tensor<long> x => Array.ConvertAll(x.Data, value => (double)value),
        Tensor<string> x => Parse(x, value => value),
        _ => throw new OperatorTypeException($"it does not convert {tensor.Type}"),
    };

    private static T[] Parse<T>(Tensor<string> text, Func<double, T> convert) => Array.ConvertAll(text.Data, value => convert(
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number
        : value.Equals("INF", StringComparison.OrdinalIgnoreCase) || value.Equals("+INF", StringComparison.OrdinalIgnoreCase) ? double.PositiveInfinity
        : value.Equals("-INF", StringComparison.OrdinalIgnoreCase) ? double.NegativeInfinity
        : throw new OperatorException("a text is not a number")));

    private static string[] ToTexts(Tensor tensor) => tensor switch
    {
        Tensor<float> x => Array.ConvertAll(x.Data, value => value.ToString("G8", CultureInfo.InvariantCulture)),
        Tensor<double> x => Array.ConvertAll(x.Data, value => value.ToString("G17", CultureInfo.InvariantCulture)),
        Tensor<long> x when x.Type == ElementType.UInt64 => Array.ConvertAll(x.Data, value => ((ulong)value).ToString(CultureInfo.InvariantCulture)),
        Tensor<long> x => Array.ConvertAll(x.Data, value => value.ToString(CultureInfo.InvariantCulture)),
        _ => throw new OperatorTypeException($"it does not convert {tensor.Type}"),
    };
}
