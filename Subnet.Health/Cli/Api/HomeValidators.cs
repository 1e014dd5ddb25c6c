using Subnet.Health.Validator.Store;
using Subnet.Health.Web.Miners;

namespace Subnet.Health.Cli.Api;

/// <summary>What the validators of a state folder found out about miners, from their stores: quality, verdicts, scores, latencies of judged epochs.</summary>
internal sealed class HomeValidators : IDisposable
{
    private readonly List<ValidatorStore> stores = [];

    /// <param name="validators">Name and folder of each validator; one without a store is left out.</param>
    public HomeValidators(IEnumerable<(string Name, string Folder)> validators)
    {
        List<IMinerReports> reports = [];
        foreach ((string name, string folder) in validators)
        {
            string file = Path.Combine(folder, "validator.db");
            if (File.Exists(file))
            {
                ValidatorStore store = new(file);
                stores.Add(store);
                reports.Add(new ValidatorReports(name, store));
            }
        }

        Reports = new JoinedReports(reports);
    }

    /// <summary>Their reports.</summary>
    public IMinerReports Reports { get; }

    /// <inheritdoc/>
    public void Dispose() => stores.ForEach(static store => store.Dispose());
}
