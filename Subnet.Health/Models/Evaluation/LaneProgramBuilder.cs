namespace Subnet.Health.Models.Evaluation;

/// <summary>Hands out lanes and gathers stages while a pipeline's names are resolved. Not safe for concurrent use.</summary>
internal sealed class LaneProgramBuilder
{
    /// <summary>Largest number of lanes: a pipeline of a few thousand features and a dozen steps stays far below.</summary>
    public const int MaxLanes = 1 << 20;

    private readonly List<Stage> stages = [];
    private readonly List<ModelColumn> inputs = [];
    private readonly int[] laneCounts = new int[Enum.GetValues<LaneKind>().Length];
    private int lanes;

    /// <summary>The input columns declared so far.</summary>
    public IReadOnlyList<ModelColumn> Inputs => inputs;

    /// <summary>A lane that nothing uses yet.</summary>
    /// <exception cref="TooManyLanesException">The bound is passed.</exception>
    public Lane NewLane(LaneKind kind) => NewLanes(kind, 1)[0];

    /// <summary>Lanes that nothing uses yet.</summary>
    /// <exception cref="TooManyLanesException">The bound is passed.</exception>
    public Lane[] NewLanes(LaneKind kind, int count)
    {
        if (count > MaxLanes - lanes)
        {
            throw new TooManyLanesException();
        }

        lanes += count;
        int first = laneCounts[(int)kind];
        laneCounts[(int)kind] += count;
        var made = new Lane[count];
        for (int i = 0; i < count; i++)
        {
            made[i] = new Lane(kind, first + i);
        }

        return made;
    }

    /// <summary>What a lane of this kind of column holds.</summary>
    public static LaneKind LaneOf(ColumnKind kind) => kind switch
    {
        ColumnKind.Single or ColumnKind.Boolean => LaneKind.Single,
        ColumnKind.Double => LaneKind.Double,
        ColumnKind.Integer or ColumnKind.Unsigned => LaneKind.Integer,
        ColumnKind.Text => LaneKind.Text,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Declares an input column and gives its lanes.</summary>
    public Lane[] AddInput(ModelColumn column)
    {
        Lane[] lanes = NewLanes(LaneOf(column.Kind), column.Width);
        stages.Add(new InputStage(inputs.Count, column, lanes));
        inputs.Add(column);
        return lanes;
    }

    /// <summary>Appends a step.</summary>
    public void Add(Stage stage) => stages.Add(stage);

    /// <summary>The program that computes these lanes, and nothing they do not depend on.</summary>
    public LaneProgram Build(IEnumerable<Lane> wanted) => new(stages, inputs, laneCounts, wanted);
}

/// <summary>A model needs more lanes than <see cref="LaneProgramBuilder.MaxLanes"/>; the reader says which part of the file.</summary>
internal sealed class TooManyLanesException : Exception
{
    /// <summary>Says that the bound is passed.</summary>
    public TooManyLanesException()
        : base($"the model needs more than {LaneProgramBuilder.MaxLanes} slots")
    {
    }
}
