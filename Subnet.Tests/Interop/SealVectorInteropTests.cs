using Subnet.Health.Conformance;
using Subnet.Health.Conformance.Seal;
using Subnet.Tests.Support;

namespace Subnet.Tests.Interop;

/// <summary>
/// Folders of vectors that Microsoft SEAL makes now, with keys and values nobody has seen before: every object is read, every operation gives
/// its words. They cover what the folders at hand leave out: plain moduli above the primes, primes of 60 bits, a set of one prime, and
/// operations such as exponentiate, add_many, apply_galois, mod_switch_to, rescale_to, transform_from_ntt and switches of plaintexts.
/// </summary>
[TestFixture]
internal sealed class SealVectorInteropTests
{
    [TestCase("bfv-batching", 300)]
    [TestCase("bfv-large-plain-modulus", 300)]
    [TestCase("bfv-wide-primes", 300)]
    [TestCase("bfv-one-prime", 180)]
    [TestCase("bfv-default-8192", 150)]
    [TestCase("ckks-wide-primes", 280)]
    [TestCase("ckks-narrow-primes", 280)]
    [TestCase("ckks-default-8192", 120)]
    public async Task Vectors_that_seal_makes_now_are_replayed_without_a_failure(string name, int least)
    {
        NodeOracle.Require("node-seal");
        using TemporaryFolder folder = new();
        await NodeOracle.RunAsync("seal-vectors.js", "", folder.Path, name);

        ConformanceReport report = new();
        new SealConformance().Run(folder.Path, report, CancellationToken.None);
        Assert.Multiple(() =>
        {
            Assert.That(report.Failures, Is.Empty);
            Assert.That(report.Skips, Is.Empty);
            Assert.That(report.Passed, Is.GreaterThan(least));
        });
    }
}
