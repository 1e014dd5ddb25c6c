using System.Collections.Concurrent;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Models.Evaluation;

/// <summary>
/// A pipeline with all names resolved: input columns, then stages in order. Only what the wanted lanes depend on is kept.
/// Immutable, safe for concurrent use; blocks are pooled.
/// </summary>
internal sealed class LaneProgram
{
    // A block should stay inside the second-level cache; a stage's own overhead is amortised from some tens of rows on.
    private const int TargetValuesPerBlock = 64 * 1024;
    private const int MinRowsPerBlock = 32;
    private const int MaxRowsPerBlock = 512;

    private readonly Stage[] stages;
    private readonly ModelColumn[] inputs;
    private readonly int[] laneCounts;
    private readonly int rowsPerBlock;
    private readonly ConcurrentBag<LaneBlock> pool = [];

    internal LaneProgram(IReadOnlyList<Stage> allStages, IReadOnlyList<ModelColumn> allInputs, IReadOnlyList<int> laneCounts, IEnumerable<Lane> wanted)
    {
        var needed = new HashSet<Lane>(wanted);
        var kept = new List<Stage>();
        for (int i = allStages.Count - 1; i >= 0; i--)
        {
            if (allStages[i].Writes.Any(needed.Contains))
            {
                kept.Add(allStages[i]);
                needed.UnionWith(allStages[i].Reads);
            }
        }

        kept.Reverse();
        stages = [.. kept];
        inputs = [.. allInputs];
        UsedInputs = kept.OfType<InputStage>().Select(stage => stage.Input).ToHashSet();
        this.laneCounts = [.. laneCounts];
        rowsPerBlock = Math.Clamp(TargetValuesPerBlock / Math.Max(1, laneCounts.Sum()), MinRowsPerBlock, MaxRowsPerBlock);
    }

    /// <summary>The stages that are kept, in order.</summary>
    public IReadOnlyList<Stage> Stages => stages;

    /// <summary>All declared input columns.</summary>
    public IReadOnlyList<ModelColumn> Inputs => inputs;

    /// <summary>Positions of the input columns that the wanted lanes depend on.</summary>
    public IReadOnlySet<int> UsedInputs { get; }

    /// <summary>Runs all rows and hands each finished block on.</summary>
    /// <param name="rows">The batch.</param>
    /// <param name="finished">Takes the wanted lanes out of the block, whose rows are <c>Start .. Start + Rows</c>.</param>
    /// <param name="cancellationToken">Checked before each block.</param>
    /// <exception cref="RowFormatException">A used column is absent or of another kind or width.</exception>
    public void Run(RowBatch rows, Action<LaneBlock> finished, CancellationToken cancellationToken)
    {
        var columns = new RowColumn[inputs.Length];
        foreach (int used in UsedInputs)
        {
            columns[used] = Resolve(rows, inputs[used]);
        }

        if (!pool.TryTake(out LaneBlock? block))
        {
            block = new LaneBlock(laneCounts, rowsPerBlock);
        }

        try
        {
            block.Inputs = columns;
            for (int start = 0; start < rows.Count; start += rowsPerBlock)
            {
                cancellationToken.ThrowIfCancellationRequested();
                block.MoveTo(start, Math.Min(rowsPerBlock, rows.Count - start));
                foreach (Stage stage in stages)
                {
                    stage.Run(block);
                }

                finished(block);
            }
        }
        finally
        {
            block.Clear();
            pool.Add(block);
        }
    }

    private static RowColumn Resolve(RowBatch rows, ModelColumn declared) => declared.Kind switch
    {
        ColumnKind.Single or ColumnKind.Boolean => rows.Get<float>(declared),
        ColumnKind.Double => rows.Get<double>(declared),
        ColumnKind.Integer => rows.Get<long>(declared),
        ColumnKind.Unsigned => rows.Get<ulong>(declared),
        ColumnKind.Text => rows.Get<string>(declared),
        _ => throw new ArgumentOutOfRangeException(nameof(declared)),
    };
}
