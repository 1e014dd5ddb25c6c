using System.Globalization;
using System.Text.Json.Nodes;
using Subnet.Core.Consensus;
using Subnet.Core.Numerics;

namespace Subnet.Health.Conformance.Yuma;

/// <summary>Values of this program in the form the vectors write them.</summary>
internal static class VectorNodes
{
    /// <summary>Raw bits of a 128-bit format: a decimal string.</summary>
    public static JsonNode Bits<T>(T value)
        where T : struct, IFixedPoint<T> => value.ToBigInteger().ToString(CultureInfo.InvariantCulture);

    /// <summary>Raw bits of each.</summary>
    public static JsonArray Bits<T>(IEnumerable<T> values)
        where T : struct, IFixedPoint<T> => new([.. values.Select(v => Bits(v))]);

    /// <summary>Raw bits of each I32F32: numbers.</summary>
    public static JsonArray Numbers(IEnumerable<I32F32> values) => new([.. values.Select(v => (JsonNode)v.Bits)]);

    /// <summary>Integers.</summary>
    public static JsonArray Numbers(IEnumerable<ulong> values) => new([.. values.Select(v => (JsonNode)v)]);

    /// <summary>Integers.</summary>
    public static JsonArray Numbers(IEnumerable<ushort> values) => new([.. values.Select(v => (JsonNode)v)]);

    /// <summary>Truth values.</summary>
    public static JsonArray Booleans(IEnumerable<bool> values) => new([.. values.Select(v => (JsonNode)v)]);

    /// <summary>Rows of [column, bits].</summary>
    public static JsonArray Rows(SparseMatrix matrix)
    {
        JsonArray rows = [];
        for (int row = 0; row < matrix.RowCount; row++)
        {
            JsonArray entries = [];
            for (int k = 0; k < matrix.ColumnsOf(row).Length; k++)
            {
                entries.Add((JsonNode)new JsonArray((int)matrix.ColumnsOf(row)[k], matrix.ValuesOf(row)[k].Bits));
            }

            rows.Add((JsonNode)entries);
        }

        return rows;
    }

    /// <summary>Rows of [uid, value].</summary>
    public static JsonArray Rows(StoredRows rows)
    {
        JsonArray result = [];
        for (int row = 0; row < rows.RowCount; row++)
        {
            JsonArray entries = [];
            for (int k = 0; k < rows.ColumnsOf(row).Length; k++)
            {
                entries.Add((JsonNode)new JsonArray((int)rows.ColumnsOf(row)[k], (int)rows.ValuesOf(row)[k]));
            }

            result.Add((JsonNode)entries);
        }

        return result;
    }
}
