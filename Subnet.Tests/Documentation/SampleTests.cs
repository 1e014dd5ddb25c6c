using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Rpc.Server;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Support;

namespace Subnet.Tests.Documentation;

/// <summary>The sample programs, compiled and run as their first lines say, against a ledger, an issuer and miners. Each is built anew, which takes its seconds.</summary>
[TestFixture]
internal sealed class SampleTests
{
    private const string Password = "correct horse";

    private readonly TemporaryFolder folder = new();
    private RoleNetwork network = null!;
    private string node = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        network = await RoleNetwork.StartAsync("miner", "second-miner");
        node = (await network.Ledger.Node.ServeAsync(new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), NullLoggerFactory.Instance)).ToString();
        await File.WriteAllTextAsync(folder.Combine("password"), Password + "\n");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (network is not null)
        {
            await network.DisposeAsync();
        }

        folder.Dispose();
    }

    [Test]
    public async Task First_query_prints_the_patients_risk_and_a_receipt()
    {
        string table = folder.Combine("patients.csv");
        await File.WriteAllTextAsync(table, CompiledSample.Heart.Table(1));
        using Process sample = Run(
            "1_FirstEncryptedQuery.cs", node, network.IssuerAddress.ToString(), Keystore("clinic", KeyRole.Coldkey), folder.Combine("password"), $"{network.Netuid}", "heart", table);
        (int code, string output, string error) = await EndOf(sample);
        Assert.That(code, Is.Zero, output + error);
        Assert.That(output, Does.Match("patient 1: [0-9.]+ ?%").And.Contains("receipt of"));
    }

    [Test]
    public async Task Miner_serves_a_compiled_model_until_Enter()
    {
        CommandRun compiled = await CommandRun.Of(
            folder.Path,
            ["model", "compile", "samples/models/heart-lbfgs-onehot-meanvar.zip", "--input", "samples/data/heart-cleveland.csv", "--output", folder.Combine("heart"), "--id", "sampled"],
            new Dictionary<string, string> { ["SUBNET_MODEL_PASSWORD"] = Password }, currentDirectory: RepositoryFolder.Find());
        Assert.That(compiled.ExitCode, Is.Zero, compiled.Error);
        using Process sample = Run("2_ServeAModel.cs", node, $"{network.Netuid}", Keystore("miner-hot", KeyRole.Hotkey), folder.Combine("password"), folder.Combine("heart"));
        string? line = await FirstLineAsync(sample, "sampled at http");
        await sample.StandardInput.WriteLineAsync();
        (int code, _, string error) = await EndOf(sample);
        Assert.That((code, line), Is.EqualTo((0, line)).And.Not.EqualTo((0, (string?)null)), error);
    }

    [Test]
    public async Task Validator_prints_where_it_serves()
    {
        using Process sample = Run(
            "3_RunAValidator.cs", node, network.IssuerAddress.ToString(), $"{network.Netuid}", Keystore("second-miner-hot", KeyRole.Hotkey), folder.Combine("password"), folder.Combine("validator"));
        string? line = await FirstLineAsync(sample, "serves at http");
        sample.Kill(entireProcessTree: true);
        (_, _, string error) = await EndOf(sample);
        Assert.That(line, Is.Not.Null, error);
    }

    private static async Task<string?> FirstLineAsync(Process sample, string with)
    {
        using CancellationTokenSource late = new(Patience.Run);
        while (await sample.StandardOutput.ReadLineAsync(late.Token) is { } line)
        {
            if (line.Contains(with, StringComparison.Ordinal))
            {
                return line;
            }
        }

        return null;
    }

    private static async Task<(int Code, string Output, string Error)> EndOf(Process sample)
    {
        using CancellationTokenSource late = new(Patience.Run);
        Task<string> error = sample.StandardError.ReadToEndAsync(late.Token);
        string output = await sample.StandardOutput.ReadToEndAsync(late.Token);
        await sample.WaitForExitAsync(late.Token);
        return (sample.ExitCode, output, await error);
    }

    private Process Run(string sample, params string[] arguments)
    {
        // Building against the product compiles it again where its analysers were left out; they are not what is tested here.
        ProcessStartInfo start = new("dotnet", ["run", "-c", "Release", "-p:RunAnalyzers=false", Path.Combine("samples", sample), "--", .. arguments])
        {
            WorkingDirectory = RepositoryFolder.Find(), RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["TMPDIR"] = Directory.CreateDirectory(folder.Combine("tmp-" + sample)).FullName;
        return Process.Start(start)!;
    }

    private string Keystore(string person, KeyRole role)
    {
        string path = folder.Combine($"{person}-{role}.json");
        using SigningKey key = InProcessLedger.SigningKeyOf(person);
        using OperatingSystemRandomSource random = new();
        File.WriteAllBytes(path, KeystoreFile.Seal(key, role, Encoding.UTF8.GetBytes(Password), ScryptCost.Minimum, random));
        return path;
    }
}
