using System.Diagnostics;
using System.Text.Json;
using Subnet.Health.Circuits;
using Subnet.Health.Clinic;
using Subnet.Health.Models.Rows;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Support;

namespace Subnet.Tests.Interop;

/// <summary>The sample client in another language: its own gRPC, its own encryption, a real miner.</summary>
[TestFixture]
internal sealed class NodeClientTests
{
    [Test]
    public async Task Node_client_encrypts_a_query_that_the_miner_answers_and_decrypts_the_exact_answer()
    {
        NodeOracle.Require("@grpc/grpc-js", "@grpc/proto-loader");
        using TemporaryFolder folder = new();
        await using RoleNetwork network = await RoleNetwork.StartAsync("miner");
        string miner = RoleNetwork.AddressOf("miner");
        await network.Clinic.BuyTokensAsync(network.Netuid, miner, 1, 2);
        string table = CompiledSample.Heart.Table(1, skip: 7);
        ClinicAnswer ours = await network.Clinic.QueryAsync(new ClinicQuery(network.Netuid, "heart", ClinicInput.FromCsv(new StringReader(table))));
        IReadOnlyList<long> exact = (await network.Clinic.History.FindAsync(ours.Scores[0].Event))!.Secret.Scores[0].Answers;
        string token = folder.Combine("token.txt");
        await File.WriteAllTextAsync(token, Convert.ToHexStringLower((await network.Clinic.ExportTokenAsync(network.Netuid, miner, 1)).Span));

        using JsonDocument answer = JsonDocument.Parse(await RunAsync($"127.0.0.1:{network.Miner("miner").Address.Port}", token, "heart", Integers(network, table)));
        Assert.That(answer.RootElement.GetProperty("answers").EnumerateArray().Select(item => long.Parse(item.GetString()!)), Is.EqualTo(exact));
        Assert.That(answer.RootElement.GetProperty("query_bytes").GetInt32(), Is.EqualTo(ours.Queries[0].QueryBytes));
        Assert.That(answer.RootElement.GetProperty("receipt").GetProperty("miner").GetString(), Does.StartWith(miner));
    }

    private static string Integers(RoleNetwork network, string table)
    {
        using Subnet.Health.Miner.IServedModel model = CompiledSample.Heart.Publish(network.Randomness, 1);
        using StringReader reader = new(table);
        using PreparedRows rows = CardClient.Open(model.Card.Span).Prepare(RowFileReader.Read(reader, CompiledSample.Heart.Plain.Schema));
        return "[" + string.Join(',', rows.Row(0).ToArray()) + "]";
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        string script = Path.Combine(RepositoryFolder.Find(), "samples", "node-client", "client.js");
        ProcessStartInfo start = new("node", [script, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };

        // The sample's packages are those of the interoperability tests.
        start.Environment["NODE_PATH"] = Path.Combine(NodeOracle.Folder, "node_modules");
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience.Long);
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, await errors);
        return output;
    }
}
