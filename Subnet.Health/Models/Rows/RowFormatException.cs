namespace Subnet.Health.Models.Rows;

/// <summary>Rows that do not fit a model. One sentence: which row and column, what is wrong, what to do.</summary>
internal sealed class RowFormatException : Exception
{
    /// <summary>Refuses rows.</summary>
    public RowFormatException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
