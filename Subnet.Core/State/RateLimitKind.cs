namespace Subnet.Core.State;

/// <summary>What is limited in how often it may be done; the first byte of a <see cref="RateLimitKey"/>.</summary>
internal static class RateLimitKind
{
    public const byte OwnerHyperparameter = 1;
    public const byte RaiseTake = 2;
    public const byte RaiseChildTake = 3;
    public const byte SetChildren = 4;
    public const byte ServeEndpoint = 5;
    public const byte Propose = 6;
}
