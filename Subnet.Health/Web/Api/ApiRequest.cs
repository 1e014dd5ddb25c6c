using System.Globalization;

namespace Subnet.Health.Web.Api;

/// <summary>The parameters of one request, checked against the route's.</summary>
internal sealed class ApiRequest
{
    /// <summary>Items of a page where the request names no number.</summary>
    public const int DefaultPage = 256;

    /// <summary>Items of the largest page.</summary>
    public const int MaxPage = 4_096;

    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    private ApiRequest(int offset, int limit)
    {
        Offset = offset;
        Limit = limit;
    }

    /// <summary>Items left out before the page.</summary>
    public int Offset { get; }

    /// <summary>Items of the page at most.</summary>
    public int Limit { get; }

    /// <summary>Items that there are in all, for a paged answer; set by <see cref="Page{T}"/>.</summary>
    public int? Total { get; private set; }

    /// <summary>Reads the parameters of a request.</summary>
    /// <exception cref="ApiException">One does not fit, or is not the route's.</exception>
    public static ApiRequest Read(HttpRequest http, ApiRoute route)
    {
        ApiRequest request = new(
            (int)(Number(http.Query["offset"], "offset", int.MaxValue) ?? 0), (int)(Number(http.Query["limit"], "limit", MaxPage) ?? DefaultPage));
        foreach (string name in http.Query.Keys)
        {
            bool isPage = route.IsPaged && name is "offset" or "limit";
            if (!isPage && !route.Parameters.Any(parameter => parameter.Name == name && !route.IsInPath(parameter)))
            {
                throw ApiException.BadRequest($"'{name}' is no parameter of this route.", "See /api/v1/openapi.json for its parameters.");
            }
        }

        foreach (ApiParameter parameter in route.Parameters)
        {
            string? value = route.IsInPath(parameter) ? http.RouteValues[parameter.Name] as string : Single(http.Query[parameter.Name], parameter.Name);
            if (value is not null)
            {
                request.values.Add(parameter.Name, Checked(parameter, value));
            }
        }

        return request;
    }

    /// <summary>A number that the path names.</summary>
    public ulong Number(string name) => ulong.Parse(values[name], CultureInfo.InvariantCulture);

    /// <summary>The subnet that the path names.</summary>
    public ushort Netuid => (ushort)Number(ApiParameter.Netuid.Name);

    /// <summary>A number of the query, or null.</summary>
    public ulong? NumberOrNull(string name) => values.ContainsKey(name) ? Number(name) : null;

    /// <summary>A text that the path names.</summary>
    public string Text(string name) => values[name];

    /// <summary>The part of a list that was asked for.</summary>
    public IReadOnlyList<T> Page<T>(IReadOnlyList<T> all)
    {
        ArgumentNullException.ThrowIfNull(all);
        Total = all.Count;
        return Offset >= all.Count ? [] : [.. all.Skip(Offset).Take(Limit)];
    }

    private static string Checked(ApiParameter parameter, string value)
    {
        if (parameter.Kind == ApiParameterKind.Number)
        {
            return Number(value, parameter.Name, parameter.Maximum)!.Value.ToString(CultureInfo.InvariantCulture);
        }

        return (ulong)value.Length <= parameter.Maximum
            ? value
            : throw ApiException.BadRequest($"{parameter.Name} is longer than {parameter.Maximum} characters.", "Give a shorter one.");
    }

    private static string? Single(Microsoft.Extensions.Primitives.StringValues values, string name) => values.Count switch
    {
        0 => null,
        1 => values[0],
        _ => throw ApiException.BadRequest($"{name} is given {values.Count} times.", "Give it once."),
    };

    private static ulong? Number(Microsoft.Extensions.Primitives.StringValues given, string name, ulong maximum) => Single(given, name) switch
    {
        null => null,
        { } text when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) && value <= maximum => value,
        _ => throw ApiException.BadRequest($"{name} is no whole number up to {maximum}.", $"Give {name} as decimal digits."),
    };
}
