using Subnet.Health.Validator;

namespace Subnet.Health.Network.Demo;

/// <summary>What all queries of the clinics gave.</summary>
internal sealed class DemoAsking
{
    private readonly Dictionary<ushort, List<double>> latencies = [];
    private readonly Dictionary<ushort, (int Query, int Reply)> bytes = [];

    /// <summary>Every patient asked about, in order.</summary>
    public List<DemoPatient> Patients { get; } = [];

    /// <summary>The event of one query of the FHIR clinic, for the reviewer.</summary>
    public string? ReviewedEvent { get; private set; }

    /// <summary>Takes in what the FHIR clinic asked.</summary>
    public void AddRecords(DemoAsked asked)
    {
        Patients.AddRange(asked.Patients);
        ReviewedEvent ??= asked.Event;
    }

    /// <summary>Takes in what the clinic with tables asked of a subnet.</summary>
    public void AddTable(ushort netuid, DemoAsked asked)
    {
        Patients.AddRange(asked.Patients);
        bytes[netuid] = (asked.QueryBytes, asked.ReplyBytes);
        latencies[netuid] = [.. asked.Milliseconds];
    }

    /// <summary>Median time of a query of one patient.</summary>
    public double MedianMs(ushort netuid) => latencies.TryGetValue(netuid, out List<double>? times) ? Median(times) : double.NaN;

    /// <summary>The upper median; NaN of nothing.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }

    /// <summary>A subnet's patients as its model's result.</summary>
    public DemoModelResult ResultOf(DemoSubnet subnet)
    {
        DemoPatient[] known = [.. Patients.Where(patient => patient.Netuid == subnet.Netuid && patient.Outcome is not null)];
        DemoPatient[] all = [.. Patients.Where(patient => patient.Netuid == subnet.Netuid)];
        bool[] outcomes = [.. known.Select(patient => patient.Outcome!.Value)];
        double Auc(Func<DemoPatient, double> risk) =>
            known.Length == 0 ? double.NaN : PredictionQuality.Measure([.. known.Select(risk)], outcomes).Auc;
        (int query, int reply) = bytes.GetValueOrDefault(subnet.Netuid);
        return new DemoModelResult(
            subnet.Netuid,
            subnet.Name,
            all.Length,
            all.Count(patient => patient.Difference != 0),
            all.Length == 0 ? 0 : Math.Round(all.Max(patient => Math.Abs(patient.Risk - patient.PlainRisk)), 9),
            Math.Round(Auc(patient => patient.Risk), 6),
            Math.Round(Auc(patient => patient.PlainRisk), 6),
            query,
            reply);
    }
}
