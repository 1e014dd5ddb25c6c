namespace Subnet.Health.Web.Hosting;

/// <summary>One thing that a role serves over plain HTTP: its health, its metrics, documents, pages.</summary>
internal interface IHttpPart
{
    /// <summary>Registers what the part's endpoints ask the host for; most need nothing.</summary>
    void AddServices(IServiceCollection services)
    {
    }

    /// <summary>Adds the part's endpoints.</summary>
    void Map(IEndpointRouteBuilder routes);
}
