namespace Subnet.Health.Web.Api;

/// <summary>A document that the API serves.</summary>
/// <param name="Path">Below <c>/api/v1</c>, with <c>{name}</c> for the parameters in it.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Document">Type of the document, the same that the command prints with <c>--json</c>.</param>
/// <param name="Answer">Makes the document; null where what the path names does not exist.</param>
internal sealed record ApiRoute(string Path, string Summary, Type Document, Func<ApiRequest, CancellationToken, Task<object?>> Answer)
{
    /// <summary>Parameters of path and query, beside those of paging.</summary>
    public IReadOnlyList<ApiParameter> Parameters { get; init; } = [];

    /// <summary>Whether the document has a list that <c>offset</c> and <c>limit</c> cut; the whole number of items is in <c>X-Total-Count</c>.</summary>
    public bool IsPaged { get; init; }

    /// <summary>Whether a parameter stands in the path.</summary>
    public bool IsInPath(ApiParameter parameter) => Path.Contains("{" + parameter.Name + "}", StringComparison.Ordinal);
}
