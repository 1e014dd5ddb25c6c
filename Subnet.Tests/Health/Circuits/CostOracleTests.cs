using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits;
using Subnet.Health.Conformance.Models;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Circuits;

/// <summary>What the oracle predicts of every model in the vectors, against what is sent. Times are compared by <c>subnet model verify</c>, not here.</summary>
[TestFixture]
internal sealed class CostOracleTests
{
    private readonly CostOracle oracle = new(TimeProvider.System);

    private static IEnumerable<TestCaseData> Cases()
    {
        foreach (string suite in (string[])["mlnet", "onnx"])
        {
            string folder = Path.Combine(SharedFolder.TryFind() ?? "absent", "vectors", suite);
            string[] cases = Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder).Select(inner => Path.GetFileName(inner)!).Order(StringComparer.Ordinal)] : ["absent"];
            foreach (string name in cases)
            {
                yield return new TestCaseData(suite, name);
            }
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Predicted_bytes_are_those_sent(string suite, string name)
    {
        string file = SharedFolder.Require("vectors", suite, name, suite == "mlnet" ? "model.zip" : "model.onnx");
        IPlainModel model = ModelReader.Read(file);
        if (model.Split is not SplitModel split)
        {
            Assert.That(model.PlaintextReason, Is.Not.Empty);
            return;
        }

        string[] lines = [.. File.ReadLines(Path.Combine(Path.GetDirectoryName(file)!, "input.csv")).Take(31)];
        CompiledModel compiled = CircuitCompiler.Compile(split, new ReferenceRows(split, RowFileReader.Read(new StringReader(string.Join('\n', lines)), model.Schema, ModelCase.Read(Path.GetDirectoryName(file)!).Mapping)));
        ParameterChoice choice = compiled.Choice;
        using RandomSourceFactory randomness = RandomSourceFactory.FromSeed(new byte[64]);
        using var miner = new KeylessModel(new byte[32], choice.Parameters, compiled.Classes, compiled.Form.Weights, (long)choice.DeclaredBound, randomness);
        foreach (int rows in KeylessLayout.RowClasses.ToArray().Where(rows => new KeylessLayout(compiled.Form.Features, compiled.Classes, rows).Fits(choice.Parameters.Set)))
        {
            CostEstimate cost = oracle.Estimate(choice, rows);
            using var client = new KeylessClient(new byte[32], new byte[32], choice.Parameters, new KeylessLayout(compiled.Form.Features, compiled.Classes, rows));
            byte[] query = client.Encrypt(new long[compiled.Form.Features * rows]);
            Assert.That(miner.TryAnswer(query, out byte[]? reply), Is.EqualTo(KeylessRefusal.None));
            Assert.Multiple(() =>
            {
                Assert.That(cost.UploadBytes, Is.EqualTo(query.Length));
                Assert.That(cost.ReplyBytes, Is.EqualTo(reply!.Length));
                Assert.That(cost.KeyBytes, Is.Zero);
                Assert.That(cost.NoiseBits + 40, Is.LessThan(cost.FloodBits));
            });
        }
    }
}
