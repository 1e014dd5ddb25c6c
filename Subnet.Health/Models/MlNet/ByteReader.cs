using System.Buffers.Binary;
using System.Text;

namespace Subnet.Health.Models.MlNet;

/// <summary>
/// Little-endian reads from a stretch of an entry. No read passes its end, and no array is made before its bytes are known
/// to be there. Failures name the entry and the component.
/// </summary>
internal class ByteReader(string place, string? component, ReadOnlyMemory<byte> bytes)
{
    private int position;

    /// <summary>The entry.</summary>
    public string Place => place;

    /// <summary>The loader signature, or null outside a component.</summary>
    public string? Component => component;

    /// <summary>Bytes not read yet.</summary>
    public int Remaining => bytes.Length - position;

    /// <summary>Where the next read starts.</summary>
    public int Position => position;

    /// <summary>A damaged file.</summary>
    public ModelFormatException Damaged(string problem) => new(place, component, problem, ModelFormatException.SaveAgain);

    /// <summary>A file that is fine and not supported.</summary>
    public ModelFormatException Unsupported(string problem, string fix) => new(place, component, problem, fix);

    /// <summary>Refuses the file as damaged unless a condition holds.</summary>
    public void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw Damaged(problem);
        }
    }

    /// <summary>The next bytes.</summary>
    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count < 0 || count > Remaining)
        {
            throw Damaged($"{count} bytes are needed at offset {position} where {Remaining} are left");
        }

        ReadOnlySpan<byte> taken = bytes.Span.Slice(position, count);
        position += count;
        return taken;
    }

    /// <summary>A part of the stretch as a reader of its own; this one goes on behind it.</summary>
    public ByteReader Part(int count)
    {
        int start = position;
        Bytes(count);
        return new ByteReader(place, component, bytes.Slice(start, count));
    }

    /// <summary>Goes to an absolute position.</summary>
    public void Seek(long to)
    {
        Require(to >= 0 && to <= bytes.Length, $"offset {to} lies outside the {bytes.Length} bytes of the entry");
        position = (int)to;
    }

    /// <summary>One byte.</summary>
    public byte Byte() => Bytes(1)[0];

    /// <summary>A byte that is 0 or 1.</summary>
    public bool Bool8()
    {
        byte value = Byte();
        Require(value <= 1, $"a truth value is {value}");
        return value == 1;
    }

    /// <summary>i32.</summary>
    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    /// <summary>u32.</summary>
    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    /// <summary>i64.</summary>
    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));

    /// <summary>u64.</summary>
    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));

    /// <summary>f32, any.</summary>
    public float Single() => BinaryPrimitives.ReadSingleLittleEndian(Bytes(4));

    /// <summary>f64, any.</summary>
    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Bytes(8));

    /// <summary>f32 that is neither NaN nor infinite.</summary>
    public float FiniteSingle(string what)
    {
        float value = Single();
        Require(float.IsFinite(value), $"the {what} is {Text(value)}");
        return value;
    }

    /// <summary>f64 that is neither NaN nor infinite.</summary>
    public double FiniteDouble(string what)
    {
        double value = Double();
        Require(double.IsFinite(value), $"the {what} is {Text(value)}");
        return value;
    }

    /// <summary>An i32 count of items of a size that must all be there.</summary>
    public int Count(int itemBytes, string what)
    {
        int count = Int32();
        Require(count >= 0 && (long)count * itemBytes <= Remaining, $"{count} {what} are announced where {Remaining} bytes are left");
        return count;
    }

    /// <summary>T[n] of i32.</summary>
    public int[] Int32s(int count)
    {
        ReadOnlySpan<byte> raw = Bytes(Size(count, 4));
        int[] values = new int[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = BinaryPrimitives.ReadInt32LittleEndian(raw[(4 * i)..]);
        }

        return values;
    }

    /// <summary>T[n] of f32, any.</summary>
    public float[] Singles(int count)
    {
        ReadOnlySpan<byte> raw = Bytes(Size(count, 4));
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(raw[(4 * i)..]);
        }

        return values;
    }

    /// <summary>T[n] of f64, any.</summary>
    public double[] Doubles(int count)
    {
        ReadOnlySpan<byte> raw = Bytes(Size(count, 8));
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = BinaryPrimitives.ReadDoubleLittleEndian(raw[(8 * i)..]);
        }

        return values;
    }

    /// <summary>T[n] of f32, all finite.</summary>
    public float[] FiniteSingles(int count, string what)
    {
        float[] values = Singles(count);
        int bad = Array.FindIndex(values, value => !float.IsFinite(value));
        Require(bad < 0, $"{what} {bad} is {(bad < 0 ? "" : Text(values[bad]))}");
        return values;
    }

    /// <summary>T[n] of f64, all finite.</summary>
    public double[] FiniteDoubles(int count, string what)
    {
        double[] values = Doubles(count);
        int bad = Array.FindIndex(values, value => !double.IsFinite(value));
        Require(bad < 0, $"{what} {bad} is {(bad < 0 ? "" : Text(values[bad]))}");
        return values;
    }

    /// <summary>T[] of i32.</summary>
    public int[] CountedInt32s(string what) => Int32s(Count(4, what));

    /// <summary>T[] of f32, any.</summary>
    public float[] CountedSingles(string what) => Singles(Count(4, what));

    /// <summary>T[] of f64, any.</summary>
    public double[] CountedDoubles(string what) => Doubles(Count(8, what));

    /// <summary>An unsigned LEB128 number below 2^31.</summary>
    public int Leb128()
    {
        uint value = 0;
        for (int shift = 0; shift <= 28; shift += 7)
        {
            byte part = Byte();
            value |= (uint)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                Require(value <= int.MaxValue && (shift < 28 || part <= 0x07), "a length passes 31 bits");
                return (int)value;
            }
        }

        throw Damaged("a length passes 31 bits");
    }

    /// <summary>UTF-8 with a LEB128 byte length.</summary>
    public string Utf8()
    {
        try
        {
            return StrictUtf8.GetString(Bytes(Leb128()));
        }
        catch (DecoderFallbackException)
        {
            throw Damaged("a text is not UTF-8");
        }
    }

    /// <summary>Refuses bytes left over.</summary>
    public void Finish() => Require(Remaining == 0, $"{Remaining} bytes are left over");

    private static readonly UTF8Encoding StrictUtf8 = new(false, true);

    private int Size(int count, int itemBytes)
    {
        Require(count >= 0 && (long)count * itemBytes <= Remaining, $"{count} values are announced where {Remaining} bytes are left");
        return count * itemBytes;
    }

    private static string Text(double value) => double.IsNaN(value) ? "not a number" : "infinite";
}
