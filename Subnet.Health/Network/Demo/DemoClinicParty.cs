using System.Globalization;
using System.Text;
using Subnet.Health.Clinic;
using Subnet.Health.Fhir;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;
using Subnet.Health.Validator.Challenges;

namespace Subnet.Health.Network.Demo;

/// <summary>
/// A clinic in this process: its gateway, and its staff, who ask about the rows of the clinic's tables, or about FHIR records with an exercise test's findings entered by hand.
/// </summary>
internal sealed class DemoClinicParty : IDemoClinic
{
    private static readonly DateOnly RecordDay = new(2019, 6, 1);

    /// <summary>What no record carries: entered by the clinic after the exercise test.</summary>
    private static readonly Dictionary<string, string> ExerciseTest = new(StringComparer.Ordinal)
    {
        ["cp"] = "4", ["fbs"] = "0", ["restecg"] = "0", ["thalach"] = "132", ["exang"] = "1", ["oldpeak"] = "1.6", ["slope"] = "2", ["ca"] = "1", ["thal"] = "7",
    };

    private readonly string name;
    private readonly DemoWorld world;
    private readonly ClinicClient clinic;

    private DemoClinicParty(string name, DemoWorld world, ClinicClient clinic) => (this.name, this.world, this.clinic) = (name, world, clinic);

    /// <inheritdoc/>
    public int? Pid => null;

    /// <inheritdoc/>
    public string LogOrigin => clinic.LogOrigin;

    /// <summary>Opens a clinic's gateway.</summary>
    public static async Task<DemoClinicParty> OpenAsync(string name, DemoWorld world)
    {
        string wallet = "clinic-" + name;
        ClinicClient clinic = await ClinicClient.OpenAsync(
            new ClinicSettings(name, Path.Combine(world.Place.Home, "clinic", name), world.Addresses.Issuer)
            {
                TokenDelay = TimeSpan.Zero,
                WitnessQuorum = DemoPolicy.Quorum(world.Place.Keys),
            },
            world.Place.Keys.Cold(wallet), world.Ledger, world.Place.Time, world.Place.RandomOf(wallet).Create()).ConfigureAwait(false);
        return new DemoClinicParty(name, world, clinic);
    }

    /// <inheritdoc/>
    public Task AnchorAsync(CancellationToken cancellationToken) => clinic.AnchorAsync(cancellationToken);

    /// <inheritdoc/>
    public Task BuyAsync(DemoMiner miner, int rows, int count, CancellationToken cancellationToken) =>
        clinic.BuyTokensAsync(miner.Netuid, world.Place.Keys.Hot("miner-" + miner.Name).Address, rows, count, cancellationToken);

    /// <inheritdoc/>
    public async Task<DemoAsked> AskTableAsync(ushort netuid, DemoBudget budget, CancellationToken cancellationToken)
    {
        DemoSubnet subnet = SubnetOf(netuid);
        (string[] lines, bool[] outcomes) = Table(subnet.Data + "-heldout");
        List<DemoPatient> patients = [];
        List<double> milliseconds = [];
        ClinicEvidence? evidence = null;
        for (int row = 1; row <= budget.Patients; row++)
        {
            evidence = await AskRowsAsync(subnet, lines, outcomes, row, 1, patients, cancellationToken).ConfigureAwait(false);
            milliseconds.Add(evidence.Milliseconds);
        }

        for (int batch = 0; batch < budget.BatchQueries; batch++)
        {
            int first = budget.Patients + 1 + (batch * DemoBudget.BatchRows);
            await AskRowsAsync(subnet, lines, outcomes, first, Math.Min(DemoBudget.BatchRows, lines.Length - first), patients, cancellationToken).ConfigureAwait(false);
        }

        return new DemoAsked(patients, evidence?.QueryBytes ?? 0, evidence?.ReplyBytes ?? 0, milliseconds, evidence?.Event);
    }

    /// <inheritdoc/>
    public async Task<DemoAsked> AskRecordsAsync(CancellationToken cancellationToken)
    {
        DemoSubnet subnet = DemoPlan.Subnets[0];
        List<DemoPatient> patients = [];
        string? first = null;
        foreach ((string record, byte[] json) in world.Place.Samples.Records())
        {
            ClinicQuery query = new(subnet.Netuid, subnet.Name, ClinicInput.FromFhir(json))
            {
                Purpose = "TREAT", Set = ExerciseTest, AsOf = RecordDay, User = "u-104", Role = "physician",
            };
            ClinicAnswer answer = await clinic.QueryAsync(query, cancellationToken).ConfigureAwait(false);
            first ??= answer.Queries[0].Event;
            HistoryEntry entry = (await clinic.History.FindAsync(answer.Queries[0].Event).ConfigureAwait(false))!;
            patients.Add(PatientOf(subnet, record, answer, 0, entry.Secret.Integers, entry, PlainOf(json), null));
        }

        return new DemoAsked(patients, 0, 0, [], first);
    }

    /// <inheritdoc/>
    public async Task AskForOutcomesAsync(ushort netuid, int patients, CancellationToken cancellationToken)
    {
        const int AtOnce = 4;
        DemoSubnet subnet = SubnetOf(netuid);
        (string[] lines, bool[] outcomes) = Table(subnet.Data);
        await Parallel.ForAsync(1, patients + 1, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (row, stop) =>
        {
            ClinicQuery query = new(subnet.Netuid, subnet.Name, ClinicInput.FromCsv(new StringReader($"{lines[0]}\n{lines[row]}\n")));
            ClinicAnswer answer = await clinic.QueryAsync(query, stop).ConfigureAwait(false);
            await clinic.ReportOutcomeAsync(answer.Queries[0].Event, outcomes[row - 1]).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<double> MeasureCompositionAsync(int rounds, CancellationToken cancellationToken)
    {
        (DemoSubnet first, DemoSubnet second) = (DemoPlan.Subnets[0], DemoPlan.Subnets[1]);
        List<double> alone = [];
        List<double> otherAlone = [];
        List<double> both = [];
        string[] firstTable = Table(first.Data + "-heldout").Lines;
        string[] secondTable = Table(second.Data + "-heldout").Lines;
        for (int round = 0; round < rounds; round++)
        {
            alone.Add(await TimeAsync([QueryOf(first, firstTable, round)], cancellationToken).ConfigureAwait(false));
            otherAlone.Add(await TimeAsync([QueryOf(second, secondTable, round)], cancellationToken).ConfigureAwait(false));
            both.Add(await TimeAsync([QueryOf(first, firstTable, round), QueryOf(second, secondTable, round)], cancellationToken).ConfigureAwait(false));
        }

        return rounds == 0 ? double.NaN : (DemoAsking.Median(both) / Math.Max(DemoAsking.Median(alone), DemoAsking.Median(otherAlone))) - 1;
    }

    /// <inheritdoc/>
    public Task<DemoOrganicResult> ScoreAsync(ushort netuid, IProgress<string> steps, CancellationToken cancellationToken) =>
        new DemoOrganic(name, clinic, world).RunAsync(SubnetOf(netuid), steps, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => clinic.DisposeAsync();

    private async Task<double> TimeAsync(ClinicQuery[] queries, CancellationToken cancellationToken)
    {
        long started = world.Place.Time.GetTimestamp();
        await clinic.QueryAllAsync(queries, cancellationToken).ConfigureAwait(false);
        return world.Place.Time.GetElapsedTime(started).TotalMilliseconds;
    }

    // After the last patient of a table comes the first again.
    private static ClinicQuery QueryOf(DemoSubnet subnet, string[] lines, int round) =>
        new(subnet.Netuid, subnet.Name, ClinicInput.FromCsv(new StringReader($"{lines[0]}\n{lines[1 + (round % (lines.Length - 1))]}\n")));

    /// <summary>A table as a clinic has it, without the outcomes, and the outcomes.</summary>
    private (string[] Lines, bool[] Outcomes) Table(string file)
    {
        string table = world.Place.Samples.Table(file);
        string[][] fields = [.. table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(','))];
        int[] kept = [.. Enumerable.Range(0, fields[0].Length).Where(column => fields[0][column] is not ("label" or "num"))];
        return ([.. fields.Select(line => string.Join(',', kept.Select(column => line[column])))], [.. new LabelledRows(table).Outcomes]);
    }

    private async Task<ClinicEvidence> AskRowsAsync(
        DemoSubnet subnet, string[] lines, bool[] outcomes, int first, int count, List<DemoPatient> patients, CancellationToken cancellationToken)
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
        DemoModel model = world.Place.Models.Of(subnet.Netuid);
        RowBatch rows = RowFileReader.Read(new StringReader(text), model.Plain.Schema);
        float[] plain = model.Plain.Predict(rows, cancellationToken).Probability!.Values;
        int width = entry.Secret.Integers.Length / count;
        for (int i = 0; i < count; i++)
        {
            long[] phi = [.. entry.Secret.Integers.Skip(i * width).Take(width)];
            patients.Add(PatientOf(subnet, (first + i).ToString(CultureInfo.InvariantCulture), answer, i, phi, entry, plain[i], outcomes[first - 1 + i]));
        }

        return answer.Queries[0];
    }

    private DemoPatient PatientOf(DemoSubnet subnet, string patient, ClinicAnswer answer, int row, long[] phi, HistoryEntry entry, float plain, bool? outcome)
    {
        DemoModel model = world.Place.Models.Of(subnet.Netuid);
        long[] expected = new long[model.Compiled.Classes];
        model.Compiled.Form.Evaluate(phi, expected);
        long difference = entry.Secret.Scores[row].Answers.Zip(expected, (got, wanted) => Math.Abs(got - wanted)).Max();
        double risk = answer.Scores[row].Probability ?? double.NaN;
        double plainRisk = plain;
        return new DemoPatient(subnet.Netuid, patient, NameOf(answer.Queries[0].Miner), Round(risk), Round(plainRisk), difference, outcome);
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
        DemoModel model = world.Place.Models.Of(DemoPlan.Subnets[0].Netuid);
        string table = $"{string.Join(',', values.Keys)}\n{string.Join(',', values.Values)}\n";
        ModelColumn[] columns = [.. model.Plain.Schema.Inputs.Where(column => column.IsUsed)];
        RowBatch rows = RowFileReader.Read(new StringReader(table), model.Plain.Schema with { Inputs = [.. columns] });
        return model.Plain.Predict(rows).Probability!.Values[0];
    }

    private static string Number(FeatureValue value) => value.Number!.Value.ToString(CultureInfo.InvariantCulture);

    private string NameOf(string address) =>
        DemoPlan.Miners.FirstOrDefault(miner => world.Place.Keys.Hot("miner-" + miner.Name).Address == address)?.Name ?? address;

    private static double Round(double risk) => Math.Round(risk, 9);

    private static DemoSubnet SubnetOf(ushort netuid) => DemoPlan.Subnets.Single(subnet => subnet.Netuid == netuid);
}
