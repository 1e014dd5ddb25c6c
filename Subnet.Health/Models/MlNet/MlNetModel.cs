using System.Globalization;
using Subnet.Health.Models.Evaluation;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Models.MlNet;

/// <summary>A model of ML.NET, resolved to a program over lanes.</summary>
internal sealed class MlNetModel(
    ModelSchema schema, SplitModel? split, LaneProgram program, BoundColumn[] outputs, LaneFeatureMap features) : IPlainModel
{
    /// <inheritdoc/>
    public ModelSchema Schema => schema;

    /// <inheritdoc/>
    public SplitModel? Split => split;

    /// <inheritdoc/>
    public string? PlaintextReason => split is null ? "its predictor has no private part that is linear in public features; train a linear model, an additive model or trees" : null;

    /// <summary>The feature vector in front of the predictor, also where the model cannot be split.</summary>
    public IFeatureMap Features => features;

    /// <inheritdoc/>
    public PredictionBatch Predict(RowBatch rows, CancellationToken cancellationToken = default)
    {
        Collector[] collectors = [.. outputs.Select(output => Collector.For(output, rows.Count))];
        program.Run(
            rows,
            block =>
            {
                foreach (Collector collector in collectors)
                {
                    collector.Take(block);
                }
            },
            cancellationToken);
        return new PredictionBatch(rows.Count, [.. collectors.Select(collector => collector.ToColumn())]);
    }

    /// <summary>Gathers one output column block by block.</summary>
    private abstract class Collector
    {
        public static Collector For(BoundColumn output, int rows) => output switch
        {
            { Name: "PredictedLabel", Kind: ColumnKind.Boolean } => new Labels(output, rows, (block, lane, i) => block.Singles(lane)[i] != 0 ? "1" : "0"),
            { Name: "PredictedLabel", Kind: ColumnKind.Text } => new Labels(output, rows, (block, lane, i) => block.Texts(lane)[i]),
            { Name: "PredictedLabel", Kind: null } => new Labels(output, rows, KeyNames(output)),
            { Name: "PredictedLabel", Kind: ColumnKind.Integer } => new Labels(output, rows, (block, lane, i) => block.Integers(lane)[i].ToString(CultureInfo.InvariantCulture)),
            { Name: "PredictedLabel", Kind: ColumnKind.Unsigned } => new Labels(output, rows, (block, lane, i) => ((ulong)block.Integers(lane)[i]).ToString(CultureInfo.InvariantCulture)),
            { Name: "PredictedLabel", Kind: ColumnKind.Double } => new Labels(output, rows, (block, lane, i) => block.Doubles(lane)[i].ToString("R", CultureInfo.InvariantCulture)),
            { Name: "PredictedLabel" } => new Labels(output, rows, (block, lane, i) => block.Singles(lane)[i].ToString("R", CultureInfo.InvariantCulture)),
            _ => new Numbers(output, rows),
        };

        public abstract void Take(LaneBlock block);

        public abstract OutputColumn ToColumn();

        private static Func<LaneBlock, Lane, int, string> KeyNames(BoundColumn output)
        {
            string[] names = [.. Enumerable.Range(0, checked((int)output.KeyCount + 1)).Select(key => key.ToString(CultureInfo.InvariantCulture))];
            return (block, lane, i) => names[block.Keys(lane)[i]];
        }
    }

    private sealed class Labels(BoundColumn output, int rows, Func<LaneBlock, Lane, int, string> format) : Collector
    {
        private readonly string[] values = new string[rows];

        public override void Take(LaneBlock block)
        {
            for (int i = 0; i < block.Rows; i++)
            {
                values[block.Start + i] = format(block, output.Slots[0].Value, i);
            }
        }

        public override OutputColumn ToColumn() => new LabelOutput(output.Name, values);
    }

    private sealed class Numbers(BoundColumn output, int rows) : Collector
    {
        private readonly float[] values = new float[checked(rows * output.Slots.Length)];

        public override void Take(LaneBlock block)
        {
            int width = output.Slots.Length;
            for (int j = 0; j < width; j++)
            {
                ReadOnlySpan<float> lane = block.Singles(output.Slots[j].Value);
                for (int i = 0; i < lane.Length; i++)
                {
                    values[((block.Start + i) * width) + j] = lane[i];
                }
            }
        }

        public override OutputColumn ToColumn() => new NumberOutput(output.Name, output.Slots.Length, output.IsVector, values);
    }
}
