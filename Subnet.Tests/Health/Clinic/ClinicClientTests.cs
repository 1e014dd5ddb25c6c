using System.Security.Cryptography;
using Subnet.Health.Clinic;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;
using Subnet.Health.Review.Entries;

namespace Subnet.Tests.Health.Clinic;

/// <summary>A clinic's gateway against real miners, issuer and ledger over gRPC.</summary>
[TestFixture]
internal sealed class ClinicClientTests
{
    private RoleNetwork network = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        network = await RoleNetwork.StartAsync("miner", "second-miner");
        foreach (string miner in new[] { "miner", "second-miner" })
        {
            await network.Clinic.BuyTokensAsync(network.Netuid, RoleNetwork.AddressOf(miner), 1, 12);
            await network.Clinic.BuyTokensAsync(network.Netuid, RoleNetwork.AddressOf(miner), 16, 4);
        }
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (network is not null)
        {
            await network.DisposeAsync();
        }
    }

    [Test]
    public async Task Patients_risk_is_the_plain_models_and_comes_with_receipt_and_log_entries()
    {
        string table = CompiledSample.Heart.Table(1);
        ClinicAnswer answer = await network.Clinic.QueryAsync(Query(table));

        ClinicScore score = answer.Scores.Single();
        Assert.That(score.Probability, Is.EqualTo(Plain(table)[0]).Within(0.01));
        ClinicEvidence evidence = answer.Queries.Single();
        Assert.That(evidence.QueryBytes, Is.GreaterThan(100_000));
        string[] types = [.. Entries().Where(entry => entry.Event == evidence.Event || entry.Ref == evidence.Event).Select(entry => entry.Type)];
        Assert.That(types, Is.EquivalentTo(new[] { "query.sent", "result.received", "result.viewed" }));
        AuditEntry received = Entries().Single(entry => entry.Type == "result.received" && entry.Ref == evidence.Event);

        // Protocol 5, step 0: what is scored later is this, committed before any outcome: event, salt, round(255 p).
        HistorySecret kept = (await network.Clinic.History.FindAsync(evidence.Event))!.Secret;
        Assert.That(kept.Prediction, Is.EqualTo((byte)Math.Round(255 * (double)score.Probability!.Value)));
        byte[] committed = SHA256.HashData([.. "subnet-prediction/1\n"u8, .. Convert.FromHexString(evidence.Event), .. kept.PredictionSalt!, kept.Prediction!.Value]);
        Assert.That(received.Members.TextOrNull("pred"), Is.EqualTo(Convert.ToHexStringLower(committed)));
    }

    [Test]
    public async Task Many_patients_travel_in_size_classes_and_come_back_in_order()
    {
        string table = CompiledSample.Heart.Table(20);
        ClinicAnswer answer = await network.Clinic.QueryAsync(Query(table));

        double[] plain = Plain(table);
        Assert.That(answer.Scores.Select(score => score.Row), Is.EqualTo(Enumerable.Range(1, 20)));
        for (int i = 0; i < plain.Length; i++)
        {
            Assert.That(answer.Scores[i].Probability, Is.EqualTo(plain[i]).Within(0.01));
        }

        Assert.That(answer.Queries, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Missing_inputs_are_all_named_and_nothing_leaves()
    {
        long entries = network.Clinic.LogSize;
        long answered = (await network.Miner("miner").GetStatusAsync()).Answered;
        string[] lines = CompiledSample.Heart.Table(1).Split('\n');
        string[] header = lines[0].Split(',');
        string[] values = lines[1].Split(',');
        values[Array.IndexOf(header, "age")] = "";
        values[Array.IndexOf(header, "trestbps")] = "";

        ClinicException refused = (await Assert.ThrowsAsync<ClinicException>(() => network.Clinic.QueryAsync(Query(lines[0] + "\n" + string.Join(',', values)))))!;

        Assert.That(refused.Fault, Is.EqualTo(ClinicFault.InputRefused));
        Assert.That(refused.Problems.Select(problem => problem.Input), Is.EquivalentTo(new[] { "age", "trestbps" }));
        Assert.That(network.Clinic.LogSize, Is.EqualTo(entries));
        Assert.That((await network.Miner("miner").GetStatusAsync()).Answered, Is.EqualTo(answered));
    }

    [Test]
    public async Task Miners_of_one_model_agree_on_the_exact_answer()
    {
        ClinicAnswer answer = await network.Clinic.QueryAsync(Query(CompiledSample.Heart.Table(1, skip: 3)) with { Agree = 2 });
        Assert.That(answer.Queries.Select(query => query.Miner), Is.EquivalentTo(new[] { RoleNetwork.AddressOf("miner"), RoleNetwork.AddressOf("second-miner") }));
    }

    [Test]
    public async Task Plan_tells_what_a_miner_learns_and_sends_nothing()
    {
        long entries = network.Clinic.LogSize;
        LeakSheet sheet = await network.Clinic.PlanAsync(Query(CompiledSample.Heart.Table(20)));
        Assert.That(sheet.RowClasses, Is.EqualTo(new[] { 16, 16 }));
        Assert.That(sheet.Patients, Is.EqualTo(20));
        Assert.That(sheet.Cards, Has.Count.EqualTo(2));
        Assert.That(network.Clinic.LogSize, Is.EqualTo(entries));
    }

    [Test]
    public async Task Policy_refuses_before_anything_leaves()
    {
        ClinicException refused = (await Assert.ThrowsAsync<ClinicException>(
            () => network.Clinic.QueryAsync(Query(CompiledSample.Heart.Table(1)) with { Purpose = "HRESCH" })))!;
        Assert.That(refused.Fault, Is.EqualTo(ClinicFault.PolicyRefused));
        Assert.That(refused.Message, Does.Contain("HRESCH").And.Contain("Nothing was sent"));
    }

    [Test]
    public async Task Outcome_is_logged_as_known_and_kept_encrypted()
    {
        ClinicAnswer answer = await network.Clinic.QueryAsync(Query(CompiledSample.Heart.Table(1, skip: 5)));
        string name = answer.Scores.Single().Event;
        await network.Clinic.ReportOutcomeAsync(name, true);

        Assert.That(Entries().Count(entry => entry.Type == "outcome.reported" && entry.Ref == name), Is.EqualTo(1));
        HistoryEntry kept = (await network.Clinic.History.FindAsync(name))!;
        Assert.That(kept.Secret.Outcomes![1], Is.True);
        ClinicException unknown = (await Assert.ThrowsAsync<ClinicException>(() => network.Clinic.ReportOutcomeAsync(new string('0', 32), true)))!;
        Assert.That(unknown.Fault, Is.EqualTo(ClinicFault.EventNotFound));
    }

    private static ClinicQuery NewQuery(ushort netuid, string table) => new(netuid, "heart", ClinicInput.FromCsv(new StringReader(table)));

    private static double[] Plain(string table)
    {
        using StringReader reader = new(table);
        PredictionBatch plain = CompiledSample.Heart.Plain.Predict(RowFileReader.Read(reader, CompiledSample.Heart.Plain.Schema));
        return [.. plain.Probability!.Values.Select(static value => (double)value)];
    }

    private ClinicQuery Query(string table) => NewQuery(network.Netuid, table);

    private List<AuditEntry> Entries()
    {
        network.Clinic.Log.FlushAsync().GetAwaiter().GetResult();
        return [.. network.Clinic.Log.Read().Select(item => item.Entry)];
    }
}
