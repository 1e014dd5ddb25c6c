using System.Globalization;
using System.Text;
using Subnet.Health.Clinic;
using Subnet.Health.Fhir;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Challenges;

namespace Subnet.Health.Network.Demo;

/// <summary>What the clinics do: one asks about the rows of its tables, the other about FHIR records with an exercise test's findings entered by hand.</summary>
internal sealed class DemoClinics(DemoNetwork network, SampleFolder samples, TimeProvider time)
{
    private static readonly DateOnly RecordDay = new(2019, 6, 1);

    /// <summary>What no record carries: entered by the clinic after the exercise test.</summary>
    private static readonly Dictionary<string, string> ExerciseTest = new(StringComparer.Ordinal)
    {
        ["cp"] = "4", ["fbs"] = "0", ["restecg"] = "0", ["thalach"] = "132", ["exang"] = "1", ["oldpeak"] = "1.6", ["slope"] = "2", ["ca"] = "1", ["thal"] = "7",
    };

    private readonly Dictionary<ushort, List<double>> latencies = [];

    /// <summary>Every patient asked about, in order.</summary>
    public List<DemoPatient> Patients { get; } = [];

    /// <summary>Bytes of a query and of a reply of one patient by subnet.</summary>
    public Dictionary<ushort, (int Query, int Reply)> Bytes { get; } = [];

    /// <summary>The event of one query of the FHIR clinic, for the reviewer.</summary>
    public string? ReviewedEvent { get; private set; }

    /// <summary>Median time of a query of one patient.</summary>
    public double MedianMs(ushort netuid) => latencies.TryGetValue(netuid, out List<double>? times) ? Median(times) : double.NaN;

    /// <summary>Asks about rows of a subnet's held-out table: some one by one, then in batches.</summary>
    public async Task AskTableAsync(DemoSubnet subnet, DemoBudget budget, CancellationToken cancellationToken)
    {
        (string[] lines, bool[] outcomes) = Table(subnet.Data + "-heldout");
        ClinicClient clinic = network.Clinics[DemoPlan.TableClinic];
        for (int row = 1; row <= budget.Patients; row++)
        {
            await AskRowsAsync(clinic, subnet, lines, outcomes, row, 1, cancellationToken).ConfigureAwait(false);
        }

        for (int batch = 0; batch < budget.BatchQueries; batch++)
        {
            int first = budget.Patients + 1 + (batch * DemoBudget.BatchRows);
            await AskRowsAsync(clinic, subnet, lines, outcomes, first, Math.Min(DemoBudget.BatchRows, lines.Length - first), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks the heart model about every FHIR record.</summary>
    public async Task AskRecordsAsync(CancellationToken cancellationToken)
    {
        DemoSubnet subnet = DemoPlan.Subnets[0];
        ClinicClient clinic = network.Clinics[DemoPlan.FhirClinic];
        foreach ((string name, byte[] json) in samples.Records())
        {
            ClinicQuery query = new(subnet.Netuid, subnet.Name, ClinicInput.FromFhir(json))
            {
                Purpose = "TREAT", Set = ExerciseTest, AsOf = RecordDay, User = "u-104", Role = "physician",
            };
            ClinicAnswer answer = await clinic.QueryAsync(query, cancellationToken).ConfigureAwait(false);
            ReviewedEvent ??= answer.Queries[0].Event;
            HistoryEntry entry = (await clinic.History.FindAsync(answer.Queries[0].Event).ConfigureAwait(false))!;
            long[] phi = entry.Secret.Integers;
            Add(subnet, name, answer, 0, phi, entry, PlainOf(json), null);
        }
    }

    /// <summary>Asks about patients of a subnet's whole table, one query each, and reports what became of them.</summary>
    public async Task AskForOutcomesAsync(DemoSubnet subnet, int patients, CancellationToken cancellationToken)
    {
        const int AtOnce = 4;
        (string[] lines, bool[] outcomes) = Table(subnet.Data);
        ClinicClient clinic = network.Clinics[DemoPlan.TableClinic];
        await Parallel.ForAsync(1, patients + 1, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (row, stop) =>
        {
            ClinicQuery query = new(subnet.Netuid, subnet.Name, ClinicInput.FromCsv(new StringReader($"{lines[0]}\n{lines[row]}\n")));
            ClinicAnswer answer = await clinic.QueryAsync(query, stop).ConfigureAwait(false);
            await clinic.ReportOutcomeAsync(answer.Queries[0].Event, outcomes[row - 1]).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <summary>Compares one model with two models of two subnets asked at once; both about the same patient's rows.</summary>
    /// <returns>Median of the pair over median of the slower one, less 1.</returns>
    public async Task<double> MeasureCompositionAsync(int rounds, CancellationToken cancellationToken)
    {
        ClinicClient clinic = network.Clinics[DemoPlan.TableClinic];
        (DemoSubnet first, DemoSubnet second) = (DemoPlan.Subnets[0], DemoPlan.Subnets[1]);
        List<double> alone = [];
        List<double> otherAlone = [];
        List<double> both = [];
        for (int round = 0; round < rounds; round++)
        {
            alone.Add(await TimeAsync(clinic, [QueryOf(first, round + 1)], cancellationToken).ConfigureAwait(false));
            otherAlone.Add(await TimeAsync(clinic, [QueryOf(second, round + 1)], cancellationToken).ConfigureAwait(false));
            both.Add(await TimeAsync(clinic, [QueryOf(first, round + 1), QueryOf(second, round + 1)], cancellationToken).ConfigureAwait(false));
        }

        return rounds == 0 ? double.NaN : (Median(both) / Math.Max(Median(alone), Median(otherAlone))) - 1;
    }

    /// <summary>A subnet's patients as its model's result.</summary>
    public DemoModelResult ResultOf(DemoSubnet subnet)
    {
        DemoPatient[] known = [.. Patients.Where(patient => patient.Netuid == subnet.Netuid && patient.Outcome is not null)];
        DemoPatient[] all = [.. Patients.Where(patient => patient.Netuid == subnet.Netuid)];
        bool[] outcomes = [.. known.Select(patient => patient.Outcome!.Value)];
        double Auc(Func<DemoPatient, double> risk) =>
            known.Length == 0 ? double.NaN : PredictionQuality.Measure([.. known.Select(risk)], outcomes).Auc;
        (int query, int reply) = Bytes.GetValueOrDefault(subnet.Netuid);
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

    private async Task<double> TimeAsync(ClinicClient clinic, ClinicQuery[] queries, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        await clinic.QueryAllAsync(queries, cancellationToken).ConfigureAwait(false);
        return time.GetElapsedTime(started).TotalMilliseconds;
    }

    private ClinicQuery QueryOf(DemoSubnet subnet, int row)
    {
        (string[] lines, bool[] _) = Table(subnet.Data + "-heldout");
        return new ClinicQuery(subnet.Netuid, subnet.Name, ClinicInput.FromCsv(new StringReader($"{lines[0]}\n{lines[row]}\n")));
    }

    /// <summary>A table as a clinic has it, without the outcomes, and the outcomes.</summary>
    private (string[] Lines, bool[] Outcomes) Table(string name)
    {
        string table = samples.Table(name);
        string[][] fields = [.. table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(','))];
        int[] kept = [.. Enumerable.Range(0, fields[0].Length).Where(column => fields[0][column] is not ("label" or "num"))];
        return ([.. fields.Select(line => string.Join(',', kept.Select(column => line[column])))], [.. new LabelledRows(table).Outcomes]);
    }

    private async Task AskRowsAsync(ClinicClient clinic, DemoSubnet subnet, string[] lines, bool[] outcomes, int first, int count, CancellationToken cancellationToken)
    {
        StringBuilder table = new(lines[0] + "\n");
        for (int row = first; row < first + count; row++)
        {
            table.Append(lines[row]).Append('\n');
        }

        string text = table.ToString();
        ClinicAnswer answer = await clinic.QueryAsync(
            new ClinicQuery(subnet.Netuid, subnet.Name, ClinicInput.FromCsv(new StringReader(text))), cancellationToken).ConfigureAwait(false);
        HistoryEntry entry = (await clinic.History.FindAsync(answer.Queries[0].Event).ConfigureAwait(false))!;
        DemoModel model = network.Models.Of(subnet.Netuid);
        RowBatch rows = RowFileReader.Read(new StringReader(text), model.Plain.Schema);
        float[] plain = model.Plain.Predict(rows, cancellationToken).Probability!.Values;
        int width = entry.Secret.Integers.Length / count;
        for (int i = 0; i < count; i++)
        {
            long[] phi = [.. entry.Secret.Integers.Skip(i * width).Take(width)];
            Add(subnet, (first + i).ToString(CultureInfo.InvariantCulture), answer, i, phi, entry, plain[i], outcomes[first - 1 + i]);
        }

        if (count == 1)
        {
            ClinicEvidence evidence = answer.Queries[0];
            Bytes[subnet.Netuid] = (evidence.QueryBytes, evidence.ReplyBytes);
            if (!latencies.TryGetValue(subnet.Netuid, out List<double>? times))
            {
                latencies[subnet.Netuid] = times = [];
            }

            times.Add(evidence.Milliseconds);
        }
    }

    private void Add(DemoSubnet subnet, string patient, ClinicAnswer answer, int row, long[] phi, HistoryEntry entry, float plain, bool? outcome)
    {
        DemoModel model = network.Models.Of(subnet.Netuid);
        long[] expected = new long[model.Compiled.Classes];
        model.Compiled.Form.Evaluate(phi, expected);
        long difference = entry.Secret.Scores[row].Answers.Zip(expected, (got, wanted) => Math.Abs(got - wanted)).Max();
        double risk = answer.Scores[row].Probability ?? double.NaN;
        double plainRisk = plain;
        Patients.Add(new DemoPatient(subnet.Netuid, patient, NameOf(answer.Queries[0].Miner), Round(risk), Round(plainRisk), difference, outcome));
    }

    /// <summary>What the ML.NET model says of a record's values and the entered ones, read here a second time without the gateway.</summary>
    private float PlainOf(byte[] json)
    {
        using FhirInput input = FhirInput.Parse(json);
        IReadOnlyDictionary<string, FeatureValue> found = FeatureExtractor.Extract(input, RecordDay).Values;
        Dictionary<string, string> values = new(ExerciseTest, StringComparer.Ordinal)
        {
            ["age"] = Number(found["age"]),
            ["sex"] = found["sex"].Word == "male" ? "1" : "0",
            ["trestbps"] = Number(found["sbp"]),
            ["chol"] = Number(found["total_chol"]),
        };
        DemoModel model = network.Models.Of(DemoPlan.Subnets[0].Netuid);
        string table = $"{string.Join(',', values.Keys)}\n{string.Join(',', values.Values)}\n";
        ModelColumn[] columns = [.. model.Plain.Schema.Inputs.Where(column => column.IsUsed)];
        RowBatch rows = RowFileReader.Read(new StringReader(table), model.Plain.Schema with { Inputs = [.. columns] });
        return model.Plain.Predict(rows).Probability!.Values[0];
    }

    private static string Number(FeatureValue value) => value.Number!.Value.ToString(CultureInfo.InvariantCulture);

    private string NameOf(string address) =>
        DemoPlan.Miners.FirstOrDefault(miner => network.Keys.Hot("miner-" + miner.Name).Address == address)?.Name ?? address;

    private static double Round(double risk) => Math.Round(risk, 9);

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }
}
