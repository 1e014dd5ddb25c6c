using Subnet.Health.Models.Evaluation;

namespace Subnet.Health.Models.MlNet;

/// <summary>
/// The state of a pipeline while its components are read in order: the archive, the columns that exist so far, and the
/// stages that compute them.
/// </summary>
internal sealed class PipelineScope(ModelArchive archive, LaneProgramBuilder builder)
{
    private readonly Dictionary<string, BoundColumn> columns = new(StringComparer.Ordinal);
    private readonly HashSet<string> made = new(StringComparer.Ordinal);

    /// <summary>Where components come from.</summary>
    public ModelArchive Archive => archive;

    /// <summary>Where stages go.</summary>
    public LaneProgramBuilder Builder => builder;

    /// <summary>What the last prediction transformer found, or null.</summary>
    public PredictionParts? Prediction { get; set; }

    /// <summary>Adds an input column.</summary>
    public void Declare(BoundColumn column) => columns[column.Name] = column;

    /// <summary>Adds a column that a transformer made; one of the same name is hidden from then on.</summary>
    public void Set(BoundColumn column)
    {
        made.Add(column.Name);
        columns[column.Name] = column;
    }

    /// <summary>Whether a transformer made a column of this name.</summary>
    public bool WasMade(string name) => made.Contains(name);

    /// <summary>Takes a column away.</summary>
    public void Remove(string name) => columns.Remove(name);

    /// <summary>The names of all columns.</summary>
    public IReadOnlyCollection<string> Names => columns.Keys;

    /// <summary>A column, or null.</summary>
    public BoundColumn? Find(string name) => columns.GetValueOrDefault(name);

    /// <summary>A column that must be there.</summary>
    /// <exception cref="ModelFormatException">It is not.</exception>
    public BoundColumn Get(ModelComponent component, string name) =>
        Find(name) ?? throw component.Unsupported(
            $"the column {name} does not exist at this point, or has a type that cannot be computed with",
            "check that the pipeline was fitted on the schema saved with it");

    /// <summary>The two-column lists that most transformers begin with.</summary>
    /// <returns>Output names and input columns.</returns>
    public static (string Output, string Input)[] ReadPairs(ModelComponent component)
    {
        int count = component.Count(8, "columns");
        component.Require(count > 0, "no columns are listed");
        var pairs = new (string Output, string Input)[count];
        for (int i = 0; i < count; i++)
        {
            pairs[i] = (component.ColumnName(), component.ColumnName());
        }

        return pairs;
    }
}
