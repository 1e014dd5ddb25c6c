namespace Subnet.Health.Models.Rows;

/// <summary>Bounds on a table of rows.</summary>
/// <param name="MaxRows">Largest number of rows.</param>
/// <param name="MaxFieldCharacters">Largest length of one field.</param>
internal sealed record RowFileLimits(int MaxRows, int MaxFieldCharacters)
{
    /// <summary>Ten million rows of fields up to 4096 characters: far above a hospital's batch.</summary>
    public static RowFileLimits Default { get; } = new(10_000_000, 4096);
}
