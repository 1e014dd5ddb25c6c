using Subnet.Crypto.CanonicalJson;

namespace Subnet.Health.Models.Evaluation;

/// <summary>
/// A feature map as canonical JSON and back: what a card carries so that a clinic computes exactly the miner's features. The
/// reader takes nothing on trust: every lane is written once and before it is read, and every list has its length.
/// </summary>
internal static class PublicPlan
{
    private const int MaxSlots = 1 << 16;

    /// <summary>Writes a feature map.</summary>
    /// <exception cref="ArgumentException">It holds a step that has no public form.</exception>
    public static CanonicalObject Write(LaneFeatureMap map)
    {
        var inputs = new CanonicalList();
        var places = new Dictionary<int, int>();
        foreach (int used in map.Program.UsedInputs.Order())
        {
            ModelColumn column = map.Program.Inputs[used];
            places.Add(used, places.Count);
            inputs.Add(new CanonicalObject
            {
                { "name", column.Name }, { "kind", column.Kind.ToString().ToLowerInvariant() }, { "slots", column.Width }, { "vector", column.IsVector },
            });
        }

        var steps = new CanonicalList();
        foreach (Stage stage in map.Program.Stages)
        {
            CanonicalObject step = stage.Describe()?.Json
                ?? throw new ArgumentException($"{stage.GetType().Name} has no public form", nameof(map));
            if (stage is InputStage input)
            {
                step["input"] = new CanonicalList { (long)places[input.Input] };
            }

            steps.Add(step);
        }

        return new CanonicalObject
        {
            { "inputs", inputs },
            { "steps", steps },
            { "features", new CanonicalList(map.Lanes.Select(lane => (CanonicalValue)PlanStep.NameOf(lane))) },
            { "names", new CanonicalList(map.Names.Select(name => (CanonicalValue)name)) },
        };
    }

    /// <summary>Reads a feature map.</summary>
    /// <exception cref="PlanFormatException">It is not one.</exception>
    public static LaneFeatureMap Read(CanonicalObject plan)
    {
        var root = new PlanObject(plan);
        var builder = new LaneProgramBuilder();
        var reader = new PlanReader(builder, [.. root.Objects("inputs").Select(Column)]);
        try
        {
            foreach (PlanObject step in root.Objects("steps"))
            {
                reader.Add(step);
            }
        }
        catch (TooManyLanesException fault)
        {
            throw new PlanFormatException(fault.Message);
        }

        Lane[] features = reader.Read(LaneKind.Single, root.Texts("features"));
        string[] names = root.Texts("names");
        PlanObject.Require(names.Length == features.Length, "a name is given for each feature");
        return new LaneFeatureMap(builder.Build(features), features, names);
    }

    private static ModelColumn Column(PlanObject input)
    {
        int slots = (int)input.Integer("slots", 1, MaxSlots);
        return new ModelColumn(input.Text("name"), input.Word<ColumnKind>("kind"), slots, input.Flag("vector"));
    }
}

/// <summary>A public plan that is not one; the message says what it lacks.</summary>
internal sealed class PlanFormatException : Exception
{
    /// <summary>Refuses a plan.</summary>
    public PlanFormatException(string message)
        : base(message)
    {
    }
}
