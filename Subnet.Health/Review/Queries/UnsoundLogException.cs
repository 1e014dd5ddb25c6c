namespace Subnet.Health.Review.Queries;

/// <summary>A log does not hold what its checkpoint signs, or nobody trusted signed it: there is no answer from it to believe.</summary>
internal sealed class UnsoundLogException(string code, string message) : Exception(message)
{
    /// <summary>The failure's word, as in a verification.</summary>
    public string Code { get; } = code;
}
