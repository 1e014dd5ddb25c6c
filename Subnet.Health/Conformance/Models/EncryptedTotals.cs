using System.Globalization;
using Subnet.Health.Circuits;

namespace Subnet.Health.Conformance.Models;

/// <summary>Counts what went through encryption over all cases of a run, and the largest loss by rounding. Safe for concurrent use.</summary>
internal sealed class EncryptedTotals
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, Sum> sums = new(StringComparer.Ordinal);

    /// <summary>One sentence for each kind of circuit that was met.</summary>
    public IReadOnlyList<string> Sentences
    {
        get
        {
            lock (gate)
            {
                return [.. sums.Select(pair => pair.Value.Sentence(pair.Key))];
            }
        }
    }

    /// <summary>Counts one model.</summary>
    /// <param name="circuits">Kind of circuit, in words.</param>
    /// <param name="rows">Rows that were encrypted and compared.</param>
    /// <param name="refused">Rows that the card refuses.</param>
    /// <param name="rounding">What rounding changed.</param>
    public void Add(string circuits, int rows, int refused, QuantisationReport rounding)
    {
        lock (gate)
        {
            Sum sum = sums.GetValueOrDefault(circuits) ?? new Sum();
            sums[circuits] = sum with
            {
                Models = sum.Models + 1,
                Rows = sum.Rows + rows,
                Refused = sum.Refused + refused,
                Judged = sum.Judged + rounding.Rows,
                Near = sum.Near + rounding.RowsNearThreshold,
                Changed = sum.Changed + rounding.LabelsChanged,
                Curves = sum.Curves + (rounding.AucLoss is null ? 0 : 1),
                LargestLoss = Math.Max(sum.LargestLoss, rounding.AucLoss ?? 0),
            };
        }
    }

    private sealed record Sum(int Models = 0, int Rows = 0, int Refused = 0, int Judged = 0, int Near = 0, int Changed = 0, int Curves = 0, double LargestLoss = 0)
    {
        public string Sentence(string circuits) => string.Create(
            CultureInfo.InvariantCulture,
            $"{circuits}: {Models} models, {Rows} rows encrypted, {Refused} refused by the card; of {Judged} rows rounding changed {Changed} labels, {Near} being within the declared rounding of a threshold; AUC of {Curves} models changed by at most {LargestLoss:0.######}");
    }
}
