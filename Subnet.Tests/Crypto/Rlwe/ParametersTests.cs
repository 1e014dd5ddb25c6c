using System.Text.Json;
using Subnet.Crypto.Rlwe;
using Subnet.Tests.Support;

namespace Subnet.Tests.Crypto.Rlwe;

internal sealed class ParametersTests
{
    private static readonly ParametersLiteral s_valid = new()
    {
        Scheme = Scheme.Bfv,
        PolyModulusDegree = 8192,
        CoeffModulus = CoeffModulus.Default(8192),
        PlainModulus = 65537,
    };

    [Test]
    public void Chain_has_the_ids_that_seal_recorded([Values("bfv-64", "bfv-1024", "bfv-4096", "ckks-64", "ckks-1024", "ckks-8192")] string set)
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Require("vectors", "seal", set, "manifest.json")));
        JsonElement root = manifest.RootElement;
        Parameters parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = root.GetProperty("scheme").GetString() == "bfv" ? Scheme.Bfv : Scheme.Ckks,
            PolyModulusDegree = root.GetProperty("poly_modulus_degree").GetInt32(),
            CoeffModulus = [.. root.GetProperty("coeff_modulus").EnumerateArray().Select(q => q.GetUInt64())],
            PlainModulus = root.GetProperty("plain_modulus").GetUInt64(),
            Security = root.GetProperty("security").GetString() == "none" ? SecurityLevel.None : SecurityLevel.Classical128,
        });
        Level? level = parameters.KeyLevel;
        foreach (JsonElement expected in root.GetProperty("chain").EnumerateArray())
        {
            Assert.That(level, Is.Not.Null);
            Assert.That(level!.Id.ToString(), Is.EqualTo(expected.GetProperty("parms_id").GetString()));
            Assert.That(level.ChainIndex, Is.EqualTo(expected.GetProperty("chain_index").GetInt32()));
            Assert.That(level.PrimeCount, Is.EqualTo(expected.GetProperty("primes").GetInt32()));
            Assert.That(level.TotalBits, Is.EqualTo(expected.GetProperty("total_bits").GetInt32()));
            Assert.That(parameters.FindLevel(level.Id), Is.SameAs(level));
            Assert.That(parameters.LevelAt(level.ChainIndex), Is.SameAs(level));
            level = level.Next;
        }

        Assert.That(level, Is.Null);
        Assert.That(parameters.FindLevel(ParametersId.Zero), Is.Null);
        if (parameters.Scheme == Scheme.Bfv)
        {
            Assert.That(parameters.PlainTables.Root, Is.EqualTo(root.GetProperty("plain_ntt_root").GetUInt64()));
        }
    }

    [Test]
    public void Creating_a_context_makes_no_tables_and_no_levels()
    {
        // The transforms of one prime alone take 8 N bytes and more. Milliseconds are measured by 'subnet bench lattice'.
        Parameters first = Parameters.Create(s_valid);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Parameters parameters = Parameters.Create(s_valid);
        long created = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(created, Is.LessThan(8 * 8192));
        before = GC.GetAllocatedBytesForCurrentThread();
        Level level = parameters.FirstDataLevel;
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Positive, "a level is made when it is first asked for");
        before = GC.GetAllocatedBytesForCurrentThread();
        level.Tables(0);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.GreaterThan(8 * 8192), "so is a transform");
        Assert.That(parameters, Is.EqualTo(first));
    }

    [Test]
    public void Chain_ends_where_the_plain_modulus_no_longer_fits()
    {
        Parameters parameters = Parameters.Create(s_valid with
        {
            PolyModulusDegree = 64,
            CoeffModulus = CoeffModulus.Create(64, 30, 30, 30, 30),
            PlainModulus = 1UL << 40,
            Security = SecurityLevel.None,
        });
        Assert.That(parameters.FirstDataLevel.PrimeCount, Is.EqualTo(3));
        Assert.That(parameters.LastLevel.PrimeCount, Is.EqualTo(2));
        Assert.That(parameters.LastLevel.ChainIndex, Is.Zero);
        Assert.That(parameters.LastLevel.Next, Is.Null);
        Assert.That(parameters.KeyLevel.ChainIndex, Is.EqualTo(2));
    }

    [Test]
    public void Last_prime_is_one_of_data_where_the_others_do_not_carry_the_plain_modulus()
    {
        // As SEAL does: its context has one level then, and no key switching.
        Parameters parameters = Parameters.Create(s_valid with
        {
            PolyModulusDegree = 64,
            CoeffModulus = CoeffModulus.Create(64, 30, 30),
            PlainModulus = 1UL << 40,
            Security = SecurityLevel.None,
        });
        Assert.That(parameters.HasSpecialPrime, Is.False);
        Assert.That(parameters.FirstDataLevel, Is.SameAs(parameters.KeyLevel));
        Assert.That(parameters.LastLevel, Is.SameAs(parameters.KeyLevel));
        Assert.That(parameters.KeyLevel.ChainIndex, Is.Zero);
        Assert.That(Parameters.Create(parameters.ToLiteral()), Is.EqualTo(parameters));
        Assert.That(() => new KeySwitchKey(parameters, []), Throws.ArgumentException.With.Message.Contains("no key switching"));
    }

    [Test]
    public void Keyless_set_uses_every_prime_for_data()
    {
        Parameters parameters = Parameters.Create(s_valid with
        {
            PolyModulusDegree = 4096,
            CoeffModulus = CoeffModulus.Create(4096, 50, 50),
            PlainModulus = 1UL << 20,
            HasSpecialPrime = false,
        });
        Assert.That(parameters.FirstDataLevel, Is.SameAs(parameters.KeyLevel));
        Assert.That(parameters.FirstDataLevel.TotalBits, Is.EqualTo(100));
        Assert.That(parameters.SupportsBatching, Is.False);
        Assert.That(() => parameters.PlainTables, Throws.InvalidOperationException);
        Assert.That(() => new KeySwitchKey(parameters, []), Throws.ArgumentException.With.Message.Contains("no key switching"));
    }

    [Test]
    public void Equal_descriptions_give_equal_parameters()
    {
        Parameters one = Parameters.Create(s_valid);
        Parameters two = Parameters.Create(one.ToLiteral());
        Assert.That(two, Is.EqualTo(one));
        Assert.That(two.GetHashCode(), Is.EqualTo(one.GetHashCode()));
        Assert.That(two.SupportsBatching);
        Assert.That(Parameters.Create(s_valid with { PlainModulus = 786433 }), Is.Not.EqualTo(one));
    }

    [TestCaseSource(nameof(Unusable))]
    public void Unusable_description_is_refused_with_its_reason(ParametersLiteral literal, string reason) =>
        Assert.That(() => Parameters.Create(literal), Throws.InstanceOf<ParametersException>().With.Message.Contains(reason));

    private static IEnumerable<TestCaseData> Unusable()
    {
        ulong[] chain = CoeffModulus.Default(8192);
        yield return Case("scheme none", s_valid with { Scheme = Scheme.None }, "use BFV or CKKS");
        yield return Case("scheme BGV", s_valid with { Scheme = Scheme.Bgv }, "use BFV or CKKS");
        yield return Case("degree 8191", s_valid with { PolyModulusDegree = 8191 }, "power of two");
        yield return Case("degree 0", s_valid with { PolyModulusDegree = 0 }, "power of two");
        yield return Case("degree too large", s_valid with { PolyModulusDegree = 1 << 18 }, "power of two");
        yield return Case("no primes", s_valid with { CoeffModulus = [] }, "1 to 256 primes");
        yield return Case("too many primes", s_valid with { CoeffModulus = new ulong[257] }, "1 to 256 primes");
        yield return Case("prime twice", s_valid with { CoeffModulus = [chain[0], chain[0]] }, "stands twice");
        yield return Case("composite", s_valid with { CoeffModulus = [65537UL * 65537UL] }, "is not a prime");
        yield return Case("no root of unity", s_valid with { CoeffModulus = [1000003] }, "1 modulo 16384");
        yield return Case("61 bits", s_valid with { CoeffModulus = [2305843009213317121] }, "2 to 60 bits");
        yield return Case("zero prime", s_valid with { CoeffModulus = [0] }, "2 to 60 bits");
        yield return Case("above 128 bits", s_valid with { CoeffModulus = CoeffModulus.Create(8192, 50, 50, 50, 50, 20) }, "above the bound of 218 bits");
        yield return Case("192 not reached", s_valid with { Security = SecurityLevel.Classical192 }, "above the bound of 152 bits");
        yield return Case("unknown security", s_valid with { Security = (SecurityLevel)100 }, "security level 100");
        yield return Case("small degree", s_valid with { PolyModulusDegree = 64, CoeffModulus = [1073741441] }, "use 1024 to 32768");
        yield return Case("no plain modulus", s_valid with { PlainModulus = 0 }, "2 to 60 bits");
        yield return Case("wide plain modulus", s_valid with { PlainModulus = 1UL << 60 }, "2 to 60 bits");
        yield return Case("common factor", s_valid with { PlainModulus = chain[0] }, "share a factor");
        yield return Case("large plain modulus", s_valid with { CoeffModulus = CoeffModulus.Create(8192, 20, 20), PlainModulus = 1UL << 40 }, "not below");
        yield return Case("CKKS with plain modulus", s_valid with { Scheme = Scheme.Ckks }, "it must be 0");
    }

    private static TestCaseData Case(string name, ParametersLiteral literal, string reason) =>
        new TestCaseData(literal, reason).SetArgDisplayNames(name);
}
