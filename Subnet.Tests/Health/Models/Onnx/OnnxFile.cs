using System.Text;

namespace Subnet.Tests.Health.Models.Onnx;

/// <summary>Writes small ONNX files for tests, field by field (shared/design/onnx-ml.md 1).</summary>
internal static class OnnxFile
{
    /// <summary>A model with float input <c>x</c> [N, features] and output <c>y</c>.</summary>
    public static byte[] Model(int features, int version, params byte[][] nodesAndInitializers) =>
    [
        .. Number(1, 8),
        .. Bytes(8, Number(2, version)),
        .. Bytes(8, [.. Text(1, "ai.onnx.ml"), .. Number(2, 3)]),
        .. Bytes(7, [.. nodesAndInitializers.SelectMany(part => part), .. Bytes(11, Value("x", features)), .. Bytes(12, Value("y", 1))]),
    ];

    /// <summary>The same as ML.NET's converter writes it: its name, and an output <c>y.output</c>.</summary>
    public static byte[] MlNetModel(int features, int version, params byte[][] nodesAndInitializers) =>
    [
        .. Number(1, 6),
        .. Text(2, "ML.NET"),
        .. Bytes(8, Number(2, version)),
        .. Bytes(7, [.. nodesAndInitializers.SelectMany(part => part), .. Bytes(11, Value("x", features)), .. Bytes(12, Value("y.output", 1))]),
    ];

    /// <summary>A node; inputs and outputs separated by spaces.</summary>
    public static byte[] Op(string op, string inputs, string outputs, params byte[][] attributes) => InDomain("", op, inputs, outputs, attributes);

    /// <summary>A node of ai.onnx.ml.</summary>
    public static byte[] MlOp(string op, string inputs, string outputs, params byte[][] attributes) => InDomain("ai.onnx.ml", op, inputs, outputs, attributes);

    public static byte[] Float(string name, float value) => Bytes(5, [.. Text(1, name), .. Fixed(2, value), .. Number(20, 1)]);

    public static byte[] Int(string name, long value) => Bytes(5, [.. Text(1, name), .. Number(3, value), .. Number(20, 2)]);

    public static byte[] String(string name, string value) => Bytes(5, [.. Text(1, name), .. Text(4, value), .. Number(20, 3)]);

    public static byte[] Floats(string name, params float[] values) =>
        Bytes(5, [.. Text(1, name), .. values.SelectMany(value => Fixed(7, value)), .. Number(20, 6)]);

    public static byte[] Ints(string name, params long[] values) =>
        Bytes(5, [.. Text(1, name), .. values.SelectMany(value => Number(8, value)), .. Number(20, 7)]);

    public static byte[] Strings(string name, params string[] values) =>
        Bytes(5, [.. Text(1, name), .. values.SelectMany(value => Text(9, value)), .. Number(20, 8)]);

    /// <summary>A constant of int64.</summary>
    public static byte[] Constant(string name, params long[] values) =>
        Bytes(5, [.. Number(1, values.Length), .. Number(2, 7), .. values.SelectMany(value => Number(7, value)), .. Text(8, name)]);

    /// <summary>A constant of float with these dimensions.</summary>
    public static byte[] Constant(string name, long[] shape, params float[] values) =>
        Bytes(5, [.. shape.SelectMany(length => Number(1, length)), .. Number(2, 1), .. values.SelectMany(value => Fixed(4, value)), .. Text(8, name)]);

    public static byte[] Number(int field, long value) => [.. Varint((ulong)field << 3), .. Varint((ulong)value)];

    public static byte[] Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public static byte[] Bytes(int field, byte[] value) => [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)value.Length), .. value];

    private static byte[] InDomain(string domain, string op, string inputs, string outputs, byte[][] attributes) => Bytes(
        1,
        [
            .. inputs.Split(' ').SelectMany(name => Text(1, name)),
            .. outputs.Split(' ').SelectMany(name => Text(2, name)),
            .. Text(3, "the-" + op),
            .. Text(4, op),
            .. attributes.SelectMany(attribute => attribute),
            .. Text(7, domain),
        ]);

    private static byte[] Value(string name, int columns) =>
    [
        .. Text(1, name),
        .. Bytes(2, Bytes(1, [.. Number(1, 1), .. Bytes(2, [.. Bytes(1, Text(2, "N")), .. Bytes(1, Number(1, columns))])])),
    ];

    private static byte[] Fixed(int field, float value) => [.. Varint(((ulong)field << 3) | 5), .. BitConverter.GetBytes(value)];

    private static List<byte> Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return bytes;
    }
}
