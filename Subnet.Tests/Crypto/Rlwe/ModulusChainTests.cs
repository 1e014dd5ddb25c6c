using System.Text.Json;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Rlwe;
using Subnet.Tests.Crypto.Lattice;

namespace Subnet.Tests.Crypto.Rlwe;

internal sealed class ModulusChainTests
{
    [Test]
    public void Created_chains_are_those_of_seal()
    {
        foreach (JsonElement entry in SealTables.Read("coeff_modulus_create"))
        {
            Assert.That(CoeffModulus.Create(entry.GetProperty("n").GetInt32(), entry.Integers("bits")), Is.EqualTo(entry.Words("primes")));
        }
    }

    [Test]
    public void Batching_plain_moduli_are_those_of_seal()
    {
        foreach (JsonElement entry in SealTables.Read("plain_modulus_batching"))
        {
            ulong t = PlainModulus.Batching(entry.GetProperty("n").GetInt32(), entry.GetProperty("bits").GetInt32());
            Assert.That(t, Is.EqualTo(entry.GetProperty("t").GetUInt64()));
        }
    }

    [Test]
    public void Parameter_ids_are_those_of_seal()
    {
        foreach (JsonElement entry in SealTables.Read("parms_id"))
        {
            ParametersId id = ParametersId.Compute(
                (Scheme)entry.GetProperty("scheme").GetInt32(),
                entry.GetProperty("n").GetInt32(),
                entry.Words("coeff_modulus"),
                entry.GetProperty("plain_modulus").GetUInt64());
            Assert.That(id.ToString(), Is.EqualTo(entry.GetProperty("parms_id").GetString()));
            byte[] bytes = new byte[ParametersId.ByteCount];
            id.CopyTo(bytes);
            Assert.That(new ParametersId(bytes), Is.EqualTo(id));
        }
    }

    [Test]
    public void Galois_elements_are_those_of_seal()
    {
        foreach (JsonElement entry in SealTables.Read("galois_elements"))
        {
            int n = entry.GetProperty("n").GetInt32();
            Parameters parameters = Parameters.Create(new ParametersLiteral
            {
                Scheme = Scheme.Ckks,
                PolyModulusDegree = n,
                CoeffModulus = CoeffModulus.Create(n, 30, 30),
                Security = SecurityLevel.None,
            });
            foreach (JsonElement step in entry.GetProperty("map").EnumerateArray())
            {
                Assert.That(GaloisElement.FromStep(parameters, step.GetProperty("step").GetInt32()), Is.EqualTo(step.GetProperty("elt").GetInt32()));
            }

            Assert.That(GaloisElement.Default(parameters), Is.EqualTo(entry.Integers("all")));
        }
    }

    [Test]
    public void Auxiliary_primes_are_the_largest_of_sixty_one_bits()
    {
        foreach (JsonElement entry in SealTables.Read("bfv_aux_base"))
        {
            ulong[] bsk = entry.Words("bsk");
            ulong[] largest = Primes.Descending(2 * entry.GetProperty("n").GetUInt64(), 61, bsk.Length + 1);
            Assert.That(largest[0], Is.EqualTo(entry.GetProperty("m_sk").GetUInt64()));
            Assert.That(largest[1], Is.EqualTo(entry.GetProperty("gamma").GetUInt64()));
            Assert.That(largest[2..], Is.EqualTo(bsk[..^1]));
        }
    }

    [Test]
    public void Default_chains_are_usable_and_close_to_the_security_bound(
        [Values(1024, 2048, 4096, 8192, 16384, 32768)] int degree,
        [Values(SecurityLevel.Classical128, SecurityLevel.Classical192, SecurityLevel.Classical256)] SecurityLevel security)
    {
        Parameters parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Ckks,
            PolyModulusDegree = degree,
            CoeffModulus = CoeffModulus.Default(degree, security),
            Security = security,
        });
        Assert.That(parameters.KeyLevel.TotalBits, Is.LessThanOrEqualTo(SecurityTable.MaxBitCount(degree, security)));
        Assert.That(parameters.KeyLevel.TotalBits, Is.GreaterThanOrEqualTo(SecurityTable.MaxBitCount(degree, security) - 11));
    }

    [Test]
    public void Chain_for_a_plain_modulus_is_one_modulo_both()
    {
        ulong[] primes = CoeffModulus.CreateForPlainModulus(1024, 65537, 50, 50, 51);
        foreach (ulong q in primes)
        {
            Assert.That(Primes.IsPrime(q) && q % 2048 == 1 && q % 65537 == 1, $"{q}");
        }

        Assert.That(primes[0], Is.LessThan(primes[1]));
    }

    [Test]
    public void Impossible_sizes_are_refused()
    {
        Assert.That(() => CoeffModulus.Create(4096), Throws.ArgumentException);
        Assert.That(() => CoeffModulus.Create(4096, 61), Throws.ArgumentException);
        Assert.That(() => CoeffModulus.Create(4096, 12), Throws.ArgumentException);
        Assert.That(() => CoeffModulus.Create(4095, 40), Throws.ArgumentException);
        Assert.That(() => CoeffModulus.Default(64), Throws.ArgumentException.With.Message.Contains("no default chain"));
    }
}
