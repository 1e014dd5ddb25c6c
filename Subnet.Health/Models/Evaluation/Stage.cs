namespace Subnet.Health.Models.Evaluation;

/// <summary>
/// One step of a <see cref="LaneProgram"/>: reads some lanes and writes others, row by row independently, so that the answer
/// for a row depends neither on its neighbours nor on the width of the machine's vectors. Immutable.
/// </summary>
internal abstract class Stage
{
    /// <summary>A step that reads and writes these lanes.</summary>
    protected Stage(IEnumerable<Lane> reads, IEnumerable<Lane> writes)
    {
        Reads = [.. reads];
        Writes = [.. writes];
    }

    /// <summary>The lanes it reads.</summary>
    public Lane[] Reads { get; }

    /// <summary>The lanes it writes, all of them for every row.</summary>
    public Lane[] Writes { get; }

    /// <summary>Runs on the rows of the block.</summary>
    public abstract void Run(LaneBlock block);

    /// <summary>
    /// The stage as a step of a public plan, without its operands' lanes spelled out twice; null for a stage that has no
    /// place in front of the private head.
    /// </summary>
    public virtual PlanStep? Describe() => null;
}
