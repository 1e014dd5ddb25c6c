using System.Collections.Frozen;
using System.Numerics;

namespace Subnet.Health.Models.Evaluation;

/// <summary>Text to its 1-based place in a vocabulary; empty or unseen text is the missing key 0.</summary>
internal sealed class TextTermStage(Lane[] from, Lane[] to, FrozenDictionary<string, int> places) : Stage(from, to)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("text_keys").Lanes("from", from).Lanes("to", to).Texts("term", [.. places.OrderBy(p => p.Value).Select(p => p.Key)]);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int j = 0; j < from.Length; j++)
        {
            ReadOnlySpan<string> x = block.Texts(from[j]);
            Span<int> y = block.Keys(to[j]);
            for (int i = 0; i < x.Length; i++)
            {
                y[i] = x[i].Length > 0 && places.TryGetValue(x[i], out int place) ? place : 0;
            }
        }
    }
}

/// <summary>A number to its 1-based place in a vocabulary; NaN or an unseen number is the missing key 0.</summary>
internal sealed class NumberTermStage(Lane[] from, Lane[] to, FrozenDictionary<double, int> places) : Stage(from, to)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("number_keys").Lanes("from", from).Lanes("to", to).Doubles("term", [.. places.OrderBy(p => p.Value).Select(p => p.Key)]);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int j = 0; j < from.Length; j++)
        {
            Span<int> y = block.Keys(to[j]);
            for (int i = 0; i < y.Length; i++)
            {
                double x = from[j].Kind == LaneKind.Single ? block.Singles(from[j])[i] : block.Doubles(from[j])[i];
                y[i] = places.TryGetValue(x, out int place) && !double.IsNaN(x) ? place : 0;
            }
        }
    }
}

/// <summary>An integer to its 1-based place in a vocabulary; an unseen one is the missing key 0.</summary>
internal sealed class IntegerTermStage(Lane[] from, Lane[] to, FrozenDictionary<long, int> places) : Stage(from, to)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("integer_keys").Lanes("from", from).Lanes("to", to).Integers("term", [.. places.OrderBy(p => p.Value).Select(p => p.Key)]);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int j = 0; j < from.Length; j++)
        {
            ReadOnlySpan<long> x = block.Integers(from[j]);
            Span<int> y = block.Keys(to[j]);
            for (int i = 0; i < x.Length; i++)
            {
                y[i] = places.TryGetValue(x[i], out int place) ? place : 0;
            }
        }
    }
}

/// <summary>Keys to 0/1 slots: laid end to end for each key lane, or counted in one set of slots when bagged.</summary>
internal sealed class KeyToVectorStage(Lane[] from, Lane[] to, int keyCount, bool bag) : Stage(from, to)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("indicators").Lanes("from", from).Lanes("to", to).Integers("keys", [keyCount]).Flag("bag", bag);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        foreach (Lane lane in to)
        {
            block.Singles(lane).Clear();
        }

        for (int j = 0; j < from.Length; j++)
        {
            int first = bag ? 0 : j * keyCount;
            ReadOnlySpan<int> keys = block.Keys(from[j]);
            for (int i = 0; i < keys.Length; i++)
            {
                if (keys[i] > 0 && keys[i] <= keyCount)
                {
                    block.Singles(to[first + keys[i] - 1])[i] += 1;
                }
            }
        }
    }
}

/// <summary>Key - 1 as 32-bit number in binary, most significant of the lowest bits first; the missing key is all ones.</summary>
internal sealed class KeyToBinaryStage(Lane[] from, Lane[] to, int bits) : Stage(from, to)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("binary").Lanes("from", from).Lanes("to", to).Integers("bits", [bits]);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int j = 0; j < from.Length; j++)
        {
            ReadOnlySpan<int> keys = block.Keys(from[j]);
            for (int bit = 0; bit < bits; bit++)
            {
                Span<float> y = block.Singles(to[(j * bits) + bit]);
                for (int i = 0; i < keys.Length; i++)
                {
                    y[i] = (unchecked((uint)(keys[i] - 1)) >> (bits - 1 - bit)) & 1;
                }
            }
        }
    }

    /// <summary>Slots for each key.</summary>
    public static int BitsFor(int keyCount) => BitOperations.Log2((uint)keyCount) + 2;
}

/// <summary>A key back to the text at its place; the missing key is the empty text.</summary>
internal sealed class KeyToTextStage(Lane[] from, Lane[] to, string[] values) : Stage(from, to)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("key_texts").Lanes("from", from).Lanes("to", to).Texts("value", values);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int j = 0; j < from.Length; j++)
        {
            ReadOnlySpan<int> keys = block.Keys(from[j]);
            Span<string> y = block.Texts(to[j]);
            for (int i = 0; i < keys.Length; i++)
            {
                y[i] = keys[i] > 0 && keys[i] <= values.Length ? values[keys[i] - 1] : "";
            }
        }
    }
}

/// <summary>A key back to the number at its place; the missing key is <paramref name="missing"/>.</summary>
internal sealed class KeyToNumberStage(Lane[] from, Lane[] to, float[] values, float missing) : Stage(from, to)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("key_numbers").Lanes("from", from).Lanes("to", to)
        .Singles("value", values).Singles("missing", [missing]);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int j = 0; j < from.Length; j++)
        {
            ReadOnlySpan<int> keys = block.Keys(from[j]);
            Span<float> y = block.Singles(to[j]);
            for (int i = 0; i < keys.Length; i++)
            {
                y[i] = keys[i] > 0 && keys[i] <= values.Length ? values[keys[i] - 1] : missing;
            }
        }
    }
}

/// <summary>A key back to the double precision number at its place; the missing key is NaN.</summary>
internal sealed class KeyToDoubleStage(Lane[] from, Lane[] to, double[] values) : Stage(from, to)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("key_doubles").Lanes("from", from).Lanes("to", to).Doubles("value", values);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int j = 0; j < from.Length; j++)
        {
            ReadOnlySpan<int> keys = block.Keys(from[j]);
            Span<double> y = block.Doubles(to[j]);
            for (int i = 0; i < keys.Length; i++)
            {
                y[i] = keys[i] > 0 && keys[i] <= values.Length ? values[keys[i] - 1] : double.NaN;
            }
        }
    }
}

/// <summary>A key back to the integer at its place; integers have no missing value, and the missing key is 0.</summary>
internal sealed class KeyToIntegerStage(Lane[] from, Lane[] to, long[] values) : Stage(from, to)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("key_integers").Lanes("from", from).Lanes("to", to).Integers("value", values);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int j = 0; j < from.Length; j++)
        {
            ReadOnlySpan<int> keys = block.Keys(from[j]);
            Span<long> y = block.Integers(to[j]);
            for (int i = 0; i < keys.Length; i++)
            {
                y[i] = keys[i] > 0 && keys[i] <= values.Length ? values[keys[i] - 1] : 0;
            }
        }
    }
}
