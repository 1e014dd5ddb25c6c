using System.Text;
using System.Text.Json;
using Subnet.Core.Consensus;
using Subnet.Health.Conformance;
using Subnet.Health.Conformance.Yuma;
using Subnet.Tests.Core.Support;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Conformance;

[TestFixture]
internal sealed class EpochCaseFuzzTests
{
    [Test]
    public void A_damaged_epoch_is_read_or_refused_with_its_own_error()
    {
        byte[] sample = File.ReadAllBytes(Path.Combine(RepositoryFolder.Find(), "samples", "epoch.json"));
        Random random = new(41);
        using TemporaryFolder folder = new();
        string path = folder.Combine("case.json");
        int accepted = 0;
        for (int round = 0; round < 1500; round++)
        {
            File.WriteAllBytes(path, Mutation.Apply(sample, random));
            try
            {
                EpochCaseFile read = EpochCaseFile.Read(path, null, null);
                YumaEpoch.Run(read.Input);
                accepted++;
            }
            catch (VectorFormatException exception)
            {
                Assert.That(exception.Message, Is.Not.Empty);
            }
        }

        Assert.That(accepted, Is.InRange(1, 1499), "both kinds were met");
    }

    [Test]
    public void Damaged_vectors_are_reported_and_never_end_the_run()
    {
        byte[] sample = File.ReadAllBytes(Path.Combine(RepositoryFolder.Find(), "samples", "epoch.json"));
        Random random = new(42);
        using TemporaryFolder folder = new();
        for (int round = 0; round < 300; round++)
        {
            File.WriteAllBytes(folder.Combine("case.json"), Mutation.Apply(sample, random));
            ConformanceReport report = new();
            Assert.That(() => new YumaConformance().Run(folder.Path, report, CancellationToken.None), Throws.Nothing);
        }
    }

    [Test]
    public void Written_inputs_read_back_alike()
    {
        Random random = new(43);
        for (int round = 0; round < 200; round++)
        {
            EpochInput input = EpochSamples.Draw(random);
            using JsonDocument document = JsonDocument.Parse(Encoding.UTF8.GetBytes(EpochInputNodes.Write(input).ToJsonString()));
            EpochInput back = EpochCaseReader.Read(new VectorObject("input", document.RootElement));
            Assert.That(EpochDigest.Of(back), Is.EqualTo(EpochDigest.Of(input)));
        }
    }

    [TestCase("DOTNET_EnableAVX2")]
    [TestCase("DOTNET_EnableHWIntrinsic")]
    public async Task Every_vector_width_gives_the_same_bits(string switchedOff)
    {
        using TemporaryFolder home = new();
        Dictionary<string, string> variables = new() { [switchedOff] = "0", ["SUBNET_HOME"] = home.Path };
        (int exitCode, string output, string error) = await SubnetProcess.RunAsync(
            home.Path, ["conformance", "yuma", SharedFolder.Require("vectors", "yuma"), "--quiet"], variables);
        Assert.That(exitCode, Is.Zero, error);
        Assert.That(output, Does.Contain(" 0 failed, 0 skipped"));
    }
}
