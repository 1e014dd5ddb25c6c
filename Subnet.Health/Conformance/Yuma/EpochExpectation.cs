using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Subnet.Core.Consensus;

namespace Subnet.Health.Conformance.Yuma;

/// <summary>What a vector says about an epoch's result, all of it or some fields.</summary>
internal static class EpochExpectation
{
    /// <summary>The first difference; null where the result is as expected.</summary>
    /// <exception cref="VectorFormatException">The expectation has a field nobody knows.</exception>
    public static Difference? Check(string name, JsonElement element, EpochResult result)
    {
        VectorObject expected = new(name, element);
        double? epsilon = expected.TakeOptional("epsilon") is { } e ? Double("epsilon", e) : null;
        foreach (string field in expected.Names)
        {
            Difference? difference = field switch
            {
                "epsilon" => null,
                "bits" => CheckBits(expected.Object(field), result),
                "bond_cells" => CheckCells(expected.Take(field), result),
                "approx" => CheckNear(expected.Object(field), epsilon ?? throw new VectorFormatException("'approx' without 'epsilon'"), result),
                _ => EpochResultNodes.Field(result, field) is { } actual
                    ? Difference.Between(field, expected.Take(field), actual)
                    : throw new VectorFormatException($"unknown expected field '{field}'"),
            };
            if (difference is not null)
            {
                return difference;
            }
        }

        expected.RequireAllTaken();
        return null;
    }

    private static Difference? CheckBits(VectorObject expected, EpochResult result)
    {
        foreach (string name in expected.Names)
        {
            JsonNode actual = EpochResultNodes.Bits(result.Numbers, name)
                ?? throw new VectorFormatException($"unknown expected bits '{name}'");
            if (Difference.Between($"bits of {name}", expected.Take(name), actual) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static Difference? CheckCells(JsonElement expected, EpochResult result)
    {
        foreach (JsonElement element in VectorObject.Elements("bond_cells", expected))
        {
            JsonElement[] cell = VectorObject.Tuple("bond_cells", element, 3);
            ushort validator = VectorObject.UInt16("bond_cells", cell[0]), miner = VectorObject.UInt16("bond_cells", cell[1]);
            RequireUid(validator, result);
            RequireUid(miner, result);
            ushort actual = result.Bonds.ValueAt(validator, miner), value = VectorObject.UInt16("bond_cells", cell[2]);
            if (actual != value)
            {
                return new Difference($"bond of {validator} on {miner} = {value}", actual.ToString(CultureInfo.InvariantCulture));
            }
        }

        return null;
    }

    private static Difference? CheckNear(VectorObject expected, double epsilon, EpochResult result)
    {
        if (expected.TakeOptional("dividends") is { } dividends)
        {
            double[] values = VectorObject.Array("dividends", dividends, Double);
            if (values.Length != result.Dividends.Length)
            {
                throw new VectorFormatException("'approx' has dividends for another number of neurons");
            }

            for (int uid = 0; uid < values.Length; uid++)
            {
                if (Near($"dividends of {uid}", values[uid], result.Dividends[uid], epsilon) is { } difference)
                {
                    return difference;
                }
            }
        }

        if (expected.TakeOptional("bond_columns") is { } columns)
        {
            VectorObject block = new("bond_columns", columns);
            ushort first = block.UInt16("from_uid");
            double[][] rows = block.Array("rows", (name, row) => VectorObject.Array(name, row, Double));
            block.RequireAllTaken();
            for (int validator = 0; validator < rows.Length; validator++)
            {
                for (int k = 0; k < rows[validator].Length; k++)
                {
                    RequireUid(validator, result);
                    RequireUid(first + k, result);
                    ushort bond = result.Bonds.ValueAt(validator, first + k);
                    if (Near($"bond of {validator} on {first + k}", rows[validator][k], bond, epsilon) is { } difference)
                    {
                        return difference;
                    }
                }
            }
        }

        expected.RequireAllTaken();
        return null;
    }

    private static Difference? Near(string name, double expected, ushort stored, double epsilon)
    {
        double actual = stored / (double)ushort.MaxValue;
        return Math.Abs(actual - expected) <= epsilon
            ? null
            : new Difference(
                string.Create(CultureInfo.InvariantCulture, $"{name} = {expected} within {epsilon}"),
                actual.ToString(CultureInfo.InvariantCulture));
    }

    private static void RequireUid(int uid, EpochResult result)
    {
        if (uid >= result.Active.Length)
        {
            throw new VectorFormatException($"uid {uid} is not one of {result.Active.Length} neurons");
        }
    }

    private static double Double(string name, JsonElement element) => element.ValueKind == JsonValueKind.Number
        ? element.GetDouble()
        : throw new VectorFormatException($"'{name}' is {element.ValueKind}, not a number");
}
