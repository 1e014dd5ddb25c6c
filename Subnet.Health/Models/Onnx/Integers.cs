namespace Subnet.Health.Models.Onnx;

/// <summary>The integer types of tensors, all held as long.</summary>
internal static class Integers
{
    /// <summary>Bytes of one element.</summary>
    public static int Bytes(ElementType type) => type switch
    {
        ElementType.UInt8 or ElementType.Int8 or ElementType.Boolean => 1,
        ElementType.UInt16 or ElementType.Int16 => 2,
        ElementType.Int32 or ElementType.UInt32 => 4,
        _ => 8,
    };

    /// <summary>A value reduced to the type's width, as C does.</summary>
    public static long Wrap(ElementType type, long value) => type switch
    {
        ElementType.UInt8 => (byte)value,
        ElementType.Int8 => (sbyte)value,
        ElementType.UInt16 => (ushort)value,
        ElementType.Int16 => (short)value,
        ElementType.Int32 => (int)value,
        ElementType.UInt32 => (uint)value,
        ElementType.Boolean => value != 0 ? 1 : 0,
        _ => value,
    };

    /// <summary>A number truncated towards zero. What no long holds, NaN among it, becomes the smallest long, as on x86.</summary>
    public static long Truncate(double value) =>
        double.IsNaN(value) || value is >= 9.2233720368547758e18 or < -9.2233720368547758e18 ? long.MinValue : (long)value;
}
