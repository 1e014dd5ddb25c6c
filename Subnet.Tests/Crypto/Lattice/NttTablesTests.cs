using System.Text.Json;
using Subnet.Crypto.Lattice;

namespace Subnet.Tests.Crypto.Lattice;

internal sealed class NttTablesTests
{
    [Test]
    public void Roots_are_the_minimal_ones_of_seal()
    {
        foreach (JsonElement entry in SealTables.Read("minimal_roots"))
        {
            Modulus q = new(entry.GetProperty("q").GetUInt64());
            int n = entry.GetProperty("n").GetInt32();
            Assert.That(NttTables.MinimalRoot(n, q), Is.EqualTo(entry.GetProperty("root_2n").GetUInt64()), $"N={n} q={q}");
        }
    }

    [Test]
    public void Forward_gives_the_words_of_seal_and_inverse_undoes_it()
    {
        foreach (JsonElement entry in SealTables.Read("ntt"))
        {
            NttTables tables = new(entry.GetProperty("n").GetInt32(), new Modulus(entry.GetProperty("q").GetUInt64()));
            Assert.That(tables.Root, Is.EqualTo(entry.GetProperty("root").GetUInt64()));
            ulong[] input = entry.Words("input");
            ulong[] values = [.. input];
            tables.Forward(values);
            Assert.That(values, Is.EqualTo(entry.Words("forward")));
            tables.Inverse(values);
            Assert.That(values, Is.EqualTo(input));
        }
    }

    [TestCase(2, 17UL)]
    [TestCase(16, 97UL)]
    [TestCase(64, 1152921504606844417UL)]
    public void Pointwise_product_of_transforms_is_the_negacyclic_product(int n, ulong prime)
    {
        Modulus q = new(prime);
        NttTables tables = new(n, q);
        Random random = new(3);
        ulong[] a = [.. Enumerable.Range(0, n).Select(_ => (ulong)random.NextInt64((long)prime))];
        ulong[] b = [.. Enumerable.Range(0, n).Select(_ => (ulong)random.NextInt64((long)prime))];
        ulong[] expected = new ulong[n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                ulong product = q.Multiply(a[i], b[j]);
                int k = (i + j) % n;
                expected[k] = i + j < n ? q.Add(expected[k], product) : q.Subtract(expected[k], product);
            }
        }

        tables.Forward(a);
        tables.Forward(b);
        ulong[] c = [.. a.Zip(b, q.Multiply)];
        tables.Inverse(c);
        Assert.That(c, Is.EqualTo(expected));
    }

    [TestCase(64, 65UL)]
    [TestCase(64, 1048191UL)]
    [TestCase(64, 1048193UL * 129)]
    public void Modulus_without_the_root_of_unity_is_refused(int n, ulong q) =>
        Assert.That(() => new NttTables(n, new Modulus(q)), Throws.ArgumentException.With.Message.Contains("primitive 128-th root"));

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(48)]
    [TestCase(1 << 18)]
    public void Degree_that_is_no_usable_power_of_two_is_refused(int n) =>
        Assert.That(() => new NttTables(n, new Modulus(1048193)), Throws.ArgumentException.With.Message.Contains("power of two"));

    [Test]
    public void Span_of_another_length_is_refused()
    {
        NttTables tables = new(64, new Modulus(1048193));
        Assert.That(() => tables.Forward(new ulong[63]), Throws.ArgumentException);
        Assert.That(() => tables.Inverse(new ulong[128]), Throws.ArgumentException);
    }
}
