namespace Subnet.Health.Models.Evaluation;

/// <summary>
/// One slot of a column and, where rows can be sparse, whether its entry is explicit. Implicit entries are 0; a few
/// transforms treat them unlike explicit zeros, so the distinction is carried as far as it is needed.
/// </summary>
/// <param name="Value">The value.</param>
/// <param name="Explicit">A 0/1 lane; null when every row has the entry.</param>
internal readonly record struct Slot(Lane Value, Lane? Explicit = null)
{
    /// <summary>All lanes of the slot.</summary>
    public IEnumerable<Lane> Lanes => Explicit is Lane mask ? [Value, mask] : [Value];

    /// <summary>Whether a row of the block has the entry.</summary>
    public bool IsExplicit(LaneBlock block, int row) => Explicit is not Lane mask || block.Singles(mask)[row] != 0;
}

/// <summary>
/// Which entries are explicit after a transform that builds its row entry by entry and drops zeros: the non-zero ones, or
/// all of them once half of the slots are non-zero.
/// </summary>
internal sealed class RebuiltRowStage(Lane[] values, Lane[] masks) : Stage(values, masks)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("rebuilt_row").Lanes("from", values).Lanes("to", masks);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        Span<int> entries = block.Leaves.AsSpan(0, block.Rows);
        entries.Clear();
        foreach (Lane lane in values)
        {
            ReadOnlySpan<float> x = block.Singles(lane);
            for (int i = 0; i < x.Length; i++)
            {
                entries[i] += x[i] != 0 ? 1 : 0;
            }
        }

        int dense = Math.Max(1, values.Length / 2);
        for (int j = 0; j < values.Length; j++)
        {
            ReadOnlySpan<float> x = block.Singles(values[j]);
            Span<float> mask = block.Singles(masks[j]);
            for (int i = 0; i < mask.Length; i++)
            {
                mask[i] = entries[i] >= dense || x[i] != 0 ? 1 : 0;
            }
        }
    }
}

/// <summary>
/// Which entries are explicit after a missing-value indicator: the missing ones while they are fewer than half of the slots
/// or none, else all.
/// </summary>
internal sealed class IndicatorRowStage(Lane[] values, Lane[] masks) : Stage(values, masks)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("indicator_row").Lanes("from", values).Lanes("to", masks);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int i = 0; i < block.Rows; i++)
        {
            int missing = 0;
            foreach (Lane lane in values)
            {
                missing += block.Singles(lane)[i] != 0 ? 1 : 0;
            }

            bool sparse = missing == 0 || missing < values.Length / 2;
            for (int j = 0; j < values.Length; j++)
            {
                block.Singles(masks[j])[i] = sparse ? block.Singles(values[j])[i] : 1;
            }
        }
    }
}

/// <summary>
/// Which entries are explicit after joining columns: a row with more explicit entries than half of the slots is written out
/// in full.
/// </summary>
internal sealed class JoinedRowStage(int slots, Lane[] own, Lane[] masks) : Stage(own, masks)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("joined_row").Lanes("from", own).Integers("slots", [slots]).Lanes("to", masks);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        int always = slots - own.Length;
        for (int i = 0; i < block.Rows; i++)
        {
            int entries = always;
            foreach (Lane lane in own)
            {
                entries += block.Singles(lane)[i] != 0 ? 1 : 0;
            }

            bool dense = entries > slots / 2;
            for (int j = 0; j < own.Length; j++)
            {
                block.Singles(masks[j])[i] = dense ? 1 : block.Singles(own[j])[i];
            }
        }
    }
}

/// <summary>
/// Which entries are explicit after keys were counted in one bag: those of the keys, or all of them once a key is added to
/// a row whose distinct keys are one fewer than half of the slots, be it a new key or one that is there.
/// </summary>
internal sealed class BagRowStage(Lane[] keys, Lane[] masks) : Stage(keys, masks)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("bag_row").Lanes("from", keys).Lanes("to", masks);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int i = 0; i < block.Rows; i++)
        {
            foreach (Lane mask in masks)
            {
                block.Singles(mask)[i] = 0;
            }

            if (!TryAdd(block, i))
            {
                foreach (Lane mask in masks)
                {
                    block.Singles(mask)[i] = 1;
                }
            }
        }
    }

    // False as soon as the row is written out in full.
    private bool TryAdd(LaneBlock block, int row)
    {
        int distinct = 0;
        foreach (Lane lane in keys)
        {
            int key = block.Keys(lane)[row];
            if (key <= 0 || key > masks.Length)
            {
                continue;
            }

            if (distinct >= (masks.Length / 2) - 1)
            {
                return false;
            }

            ref float mask = ref block.Singles(masks[key - 1])[row];
            distinct += mask == 0 ? 1 : 0;
            mask = 1;
        }

        return true;
    }
}

/// <summary>
/// Which entries are explicit after missing values were replaced: as before, but in a sparse row a missing entry that
/// became 0 is left out.
/// </summary>
/// <param name="from">The slots before.</param>
/// <param name="becomesZero">For each whether its replacement is 0.</param>
/// <param name="masks">As many lanes.</param>
internal sealed class ReplacedRowStage(Slot[] from, bool[] becomesZero, Lane[] masks)
    : Stage(from.SelectMany(slot => slot.Lanes), masks)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("replaced_row").Slots(from).Lanes("to", masks)
        .Integers("zero", becomesZero.Select(zero => zero ? 1L : 0));

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int i = 0; i < block.Rows; i++)
        {
            int row = i;
            bool sparse = Array.Exists(from, slot => !slot.IsExplicit(block, row));
            for (int j = 0; j < from.Length; j++)
            {
                bool kept = from[j].IsExplicit(block, i) && !(sparse && becomesZero[j] && float.IsNaN(block.Singles(from[j].Value)[i]));
                block.Singles(masks[j])[i] = kept ? 1 : 0;
            }
        }
    }
}
