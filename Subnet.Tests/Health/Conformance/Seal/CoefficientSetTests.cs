using System.Text.Json;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;
using Subnet.Health.Conformance;
using Subnet.Health.Conformance.Seal;
using Subnet.Tests.Crypto.Rlwe;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Conformance.Seal;

/// <summary>
/// A set whose plain modulus allows no batching, which none of the folders at hand is: its values are coefficients. The expected ones are
/// computed here, by the schoolbook product modulo X^N + 1 and t.
/// </summary>
[TestFixture]
internal sealed class CoefficientSetTests
{
    private const int Degree = 64;
    private const ulong PlainModulus = 1000;

    [TestCase(true)]
    [TestCase(false)]
    public void Set_without_batching_is_replayed(bool hashOfAllCoefficients)
    {
        using TemporaryFolder folder = new();
        Write(folder, hashOfAllCoefficients, corrupt: false);
        ConformanceReport report = Run(folder);
        Assert.That(report.Failures, Is.Empty);
        Assert.That(report.Passed, Is.GreaterThan(40));
    }

    [Test]
    public void Wrong_coefficient_is_a_failure()
    {
        using TemporaryFolder folder = new();
        Write(folder, hashOfAllCoefficients: true, corrupt: true);
        Assert.That(
            Run(folder).Failures.Select(failure => failure.Case), Is.EqualTo(new[] { "product.seal slots_head", "product.seal slots_fnv1a64" }));
    }

    private static ConformanceReport Run(TemporaryFolder folder)
    {
        ConformanceReport report = new();
        new SealConformance().Run(folder.Path, report, CancellationToken.None);
        return report;
    }

    private static void Write(TemporaryFolder folder, bool hashOfAllCoefficients, bool corrupt)
    {
        Parameters parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Bfv,
            PolyModulusDegree = Degree,
            CoeffModulus = CoeffModulus.Create(Degree, 40, 40, 41),
            PlainModulus = PlainModulus,
            Security = SecurityLevel.None,
        });
        using Party party = new(parameters);
        ulong[] a = [.. Enumerable.Range(0, Degree / 2).Select(i => (ulong)((i * 37) + 1) % PlainModulus)];
        ulong[] b = [3, 0, 999];
        using Plaintext plaintextA = Coefficients(a);
        using Plaintext plaintextB = Coefficients(b);
        Ciphertext ciphertext = new(parameters);
        party.Encryptor.EncryptSymmetric(plaintextA, party.SecretKey, ciphertext);
        Ciphertext product = new(parameters);
        new BfvEvaluator(parameters).MultiplyPlain(ciphertext, plaintextB, product);

        ulong[] expected = Product(a, b);
        expected[5] = corrupt ? (expected[5] + 1) % PlainModulus : expected[5];
        File.WriteAllBytes(folder.Combine("a.u64"), System.Runtime.InteropServices.MemoryMarshal.AsBytes(a.AsSpan()).ToArray());
        File.WriteAllBytes(folder.Combine("sk.seal"), SealWriter.Write(party.SecretKey));
        File.WriteAllBytes(folder.Combine("pt_a.seal"), SealWriter.Write(plaintextA));
        File.WriteAllBytes(folder.Combine("pt_b.seal"), SealWriter.Write(plaintextB));
        File.WriteAllBytes(folder.Combine("ct_a.seal"), SealWriter.Write(ciphertext));
        File.WriteAllBytes(folder.Combine("product.seal"), SealWriter.Write(product));
        object[] objects =
        [
            new { name = "sk", type = "secret_key", file = "sk.seal", compr = "none", seeded = false },
            PlaintextEntry("pt_a", plaintextA, new { name = "encode", values = "a.u64" }, Expect(a)),
            new
            {
                name = "pt_b", type = "plaintext", file = "pt_b.seal", compr = "none", coeff_count = 3, is_ntt_form = false,
                parms_id = new string('0', 64), scale = 1, expect = Expect(b),
            },
            CiphertextEntry("ct_a", ciphertext, new { name = "encrypt_sk", @in = new[] { "pt_a", "sk" } }, deterministic: false, Expect(a)),
            CiphertextEntry("product", product, new { name = "multiply_plain", @in = new[] { "ct_a", "pt_b" } }, deterministic: true, Expect(expected)),
        ];
        List<object> chain = [];
        for (Level? level = parameters.KeyLevel; level is not null; level = level.Next)
        {
            chain.Add(new { chain_index = level.ChainIndex, parms_id = level.Id.ToString(), primes = level.PrimeCount, total_bits = level.TotalBits });
        }

        File.WriteAllText(folder.Combine("manifest.json"), JsonSerializer.Serialize(new
        {
            @case = "coefficients", library = "none", scheme = "bfv", poly_modulus_degree = Degree,
            coeff_modulus = parameters.Moduli.ToArray().Select(q => q.Value), plain_modulus = PlainModulus, security = "none", batching = false,
            default_scale = 1, slot_count = Degree, chain,
            ntt_roots = Enumerable.Range(0, parameters.Moduli.Length).Select(i => parameters.KeyLevel.Tables(i).Root), objects,
        }));

        object Expect(ulong[] values)
        {
            ulong[] all = [.. values, .. new ulong[Degree - values.Length]];
            ulong[] significant = all[..(all.AsSpan().LastIndexOfAnyExcept(0UL) + 1)];
            return new { slots_head = all[..24], slots_fnv1a64 = Fnv1a64.Hash(hashOfAllCoefficients ? all : significant) };
        }
    }

    private static object PlaintextEntry(string name, Plaintext plaintext, object op, object expect) => new
    {
        name, type = "plaintext", file = $"{name}.seal", compr = "none", op, coeff_count = plaintext.Count, is_ntt_form = false,
        parms_id = new string('0', 64), scale = 1, expect,
    };

    private static object CiphertextEntry(string name, Ciphertext ciphertext, object op, bool deterministic, object expect) => new
    {
        name, type = "ciphertext", file = $"{name}.seal", compr = "none", seeded = false, op, deterministic, poly_count = ciphertext.Size,
        is_ntt_form = false, chain_index = ciphertext.Level.ChainIndex, parms_id = ciphertext.Level.Id.ToString(), scale = 1, expect,
    };

    private static Plaintext Coefficients(ulong[] values)
    {
        Plaintext plaintext = new();
        values.CopyTo(plaintext.ResizeCoefficients(values.Length));
        return plaintext;
    }

    private static ulong[] Product(ulong[] a, ulong[] b)
    {
        ulong[] product = new ulong[Degree];
        for (int i = 0; i < a.Length; i++)
        {
            for (int j = 0; j < b.Length; j++)
            {
                ulong term = a[i] * b[j] % PlainModulus;
                int at = (i + j) % Degree;
                product[at] = (product[at] + (i + j < Degree ? term : PlainModulus - term)) % PlainModulus;
            }
        }

        return product;
    }
}
