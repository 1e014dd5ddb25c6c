using Subnet.Health.Models.Rows;

namespace Subnet.Health.Models.Evaluation;

/// <summary>A feature map that is a program over lanes.</summary>
/// <param name="program">Computes the lanes.</param>
/// <param name="lanes">One single lane for each feature.</param>
/// <param name="names">As many names.</param>
internal sealed class LaneFeatureMap(LaneProgram program, Lane[] lanes, string[] names) : IFeatureMap
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => names;

    /// <inheritdoc/>
    public IReadOnlyList<ModelColumn> Inputs { get; } = [.. program.UsedInputs.Order().Select(used => program.Inputs[used])];

    /// <summary>What computes the features.</summary>
    public LaneProgram Program => program;

    /// <summary>The lane of each feature.</summary>
    public IReadOnlyList<Lane> Lanes => lanes;

    /// <inheritdoc/>
    public float[] Evaluate(RowBatch rows, CancellationToken cancellationToken = default)
    {
        float[] features = new float[checked(rows.Count * lanes.Length)];
        program.Run(
            rows,
            block =>
            {
                for (int j = 0; j < lanes.Length; j++)
                {
                    ReadOnlySpan<float> x = block.Singles(lanes[j]);
                    for (int i = 0; i < x.Length; i++)
                    {
                        features[((block.Start + i) * lanes.Length) + j] = x[i];
                    }
                }
            },
            cancellationToken);
        return features;
    }
}
