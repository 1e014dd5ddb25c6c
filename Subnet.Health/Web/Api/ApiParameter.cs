namespace Subnet.Health.Web.Api;

/// <summary>What a parameter of a route is.</summary>
internal enum ApiParameterKind
{
    /// <summary>A whole number, not negative.</summary>
    Number,

    /// <summary>Text of at most 128 characters.</summary>
    Text,
}

/// <summary>A parameter in a route's path (<c>{name}</c>) or query.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Description">One sentence.</param>
/// <param name="Maximum">Largest number, or longest text.</param>
internal sealed record ApiParameter(string Name, ApiParameterKind Kind, string Description, ulong Maximum = 128)
{
    /// <summary>A number of a subnet.</summary>
    public static ApiParameter Netuid { get; } = new("netuid", ApiParameterKind.Number, "Number of the subnet.", ushort.MaxValue);
}
