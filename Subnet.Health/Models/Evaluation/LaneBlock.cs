using Subnet.Health.Models.Rows;

namespace Subnet.Health.Models.Evaluation;

/// <summary>
/// The registers of a program for one block of rows. Lane after lane, so that every stage is a loop over contiguous values
/// of one feature and vectorises without gathering.
/// </summary>
internal sealed class LaneBlock
{
    private readonly int capacity;
    private readonly float[] singles;
    private readonly double[] doubles;
    private readonly long[] integers;
    private readonly string[] texts;
    private readonly int[] keys;

    /// <summary>Memory for a block.</summary>
    /// <param name="lanes">Number of lanes of each kind, indexed by <see cref="LaneKind"/>.</param>
    /// <param name="capacity">Largest number of rows.</param>
    public LaneBlock(ReadOnlySpan<int> lanes, int capacity)
    {
        this.capacity = capacity;
        singles = new float[lanes[(int)LaneKind.Single] * capacity];
        doubles = new double[lanes[(int)LaneKind.Double] * capacity];
        integers = new long[lanes[(int)LaneKind.Integer] * capacity];
        texts = new string[lanes[(int)LaneKind.Text] * capacity];
        keys = new int[lanes[(int)LaneKind.Key] * capacity];
        Leaves = new int[capacity];
    }

    /// <summary>Number of rows in use.</summary>
    public int Rows { get; private set; }

    /// <summary>The first row of the block within the batch.</summary>
    public int Start { get; private set; }

    /// <summary>The input columns of the batch, as the program numbers them.</summary>
    public RowColumn[] Inputs { get; set; } = [];

    /// <summary>Scratch for tree stages: one number for each row.</summary>
    public int[] Leaves { get; }

    /// <summary>Moves the block to the next rows of the batch.</summary>
    public void MoveTo(int start, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, capacity);
        Start = start;
        Rows = rows;
    }

    /// <summary>A float lane.</summary>
    public Span<float> Singles(Lane lane) => singles.AsSpan(lane.Index * capacity, Rows);

    /// <summary>A double lane.</summary>
    public Span<double> Doubles(Lane lane) => doubles.AsSpan(lane.Index * capacity, Rows);

    /// <summary>An integer lane.</summary>
    public Span<long> Integers(Lane lane) => integers.AsSpan(lane.Index * capacity, Rows);

    /// <summary>A text lane.</summary>
    public Span<string> Texts(Lane lane) => texts.AsSpan(lane.Index * capacity, Rows);

    /// <summary>A key lane.</summary>
    public Span<int> Keys(Lane lane) => keys.AsSpan(lane.Index * capacity, Rows);

    /// <summary>Forgets the texts, which are a patient's and would otherwise live as long as the block.</summary>
    public void Clear()
    {
        Array.Clear(texts);
        Inputs = [];
    }
}
