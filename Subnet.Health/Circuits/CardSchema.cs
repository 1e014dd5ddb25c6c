using System.Collections.Immutable;
using Subnet.Health.Models;
using Subnet.Health.Models.Heads;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Circuits;

/// <summary>
/// The feature schema of a card: for every value its range, taken from reference rows with room on both sides, and what happens
/// when it is missing, found by asking the feature map itself.
/// </summary>
internal static class CardSchema
{
    // As for encoded features: the next patient is not always inside the training data.
    private const double Margin = 0.25;

    /// <summary>The schema of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">Rows that it was compiled against.</param>
    /// <param name="mapping">Where clinical records have its columns.</param>
    public static ImmutableArray<CardInput> Of(SplitModel model, RowBatch rows, FeatureMapping mapping)
    {
        var inputs = ImmutableArray.CreateBuilder<CardInput>();
        foreach (ModelColumn column in model.Features.Inputs)
        {
            CardSlot[] slots = [.. Enumerable.Range(0, column.Width).Select(slot => Slot(model, rows, column, slot))];
            var input = new CardInput(column, [.. slots]);
            inputs.Add(input with { Slots = [.. slots.Select((slot, j) => slot with { Source = mapping.Find(input.NameOf(j)) })] });
        }

        return inputs.ToImmutable();
    }

    private static CardSlot Slot(SplitModel model, RowBatch rows, ModelColumn column, int slot)
    {
        double[] values = [.. RowValues.Numbers(rows, column, slot).Where(double.IsFinite)];
        MissingRule missing = Missing(model, rows, column, slot);
        if (column.Kind == ColumnKind.Text || values.Length == 0)
        {
            return new CardSlot(null, null, missing, null);
        }

        double lowest = values.Min();
        double highest = values.Max();
        double room = column.Kind == ColumnKind.Boolean ? 0 : Margin * (highest - lowest);
        bool whole = column.Kind is ColumnKind.Integer or ColumnKind.Unsigned;
        double from = whole ? Math.Floor(lowest - room) : lowest - room;
        double to = whole ? Math.Ceiling(highest + room) : highest + room;

        // Counts and measurements that were never negative do not become so by the margin.
        return new CardSlot(lowest >= 0 ? Math.Max(0, from) : from, to, missing, null);
    }

    private static MissingRule Missing(SplitModel model, RowBatch rows, ModelColumn column, int slot)
    {
        if (column.Kind is ColumnKind.Integer or ColumnKind.Unsigned or ColumnKind.Boolean || rows.Count == 0)
        {
            return MissingRule.Refused;
        }

        if (column.Kind == ColumnKind.Text || TakesMissing(model.Head))
        {
            return MissingRule.Allowed;
        }

        float[] features = model.Features.Evaluate(RowValues.FirstWithout(rows, model.Features.Inputs, column, slot));
        float[] before = model.Features.Evaluate(RowValues.First(rows, model.Features.Inputs));
        bool becomesMissing = features.Where((value, i) => float.IsNaN(value) && !float.IsNaN(before[i])).Any();
        return becomesMissing ? MissingRule.Refused : MissingRule.Imputed;
    }

    private static bool TakesMissing(ModelHead head) => head switch
    {
        TreeEnsembleHead or AdditiveHead or NaiveBayesHead or ConstantHead => true,
        OneVersusAllHead ova => ova.Members.All(member => TakesMissing(member.Head)),
        PairwiseCouplingHead pairwise => pairwise.Members.All(member => TakesMissing(member.Head)),
        JoinedHead joined => joined.Members.All(TakesMissing),
        _ => false,
    };
}
