using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Rlwe;

internal sealed class ContainerTests
{
    private static readonly Parameters s_parameters = Parameters.Create(new ParametersLiteral
    {
        Scheme = Scheme.Bfv,
        PolyModulusDegree = 64,
        CoeffModulus = CoeffModulus.Create(64, 40, 40, 40),
        PlainModulus = 257,
        Security = SecurityLevel.None,
    });

    [Test]
    public void Words_stand_polynomial_by_polynomial_and_limb_by_limb()
    {
        Ciphertext ciphertext = new(s_parameters.FirstDataLevel, 3, isNttForm: false);
        for (int i = 0; i < ciphertext.Words.Length; i++)
        {
            ciphertext.Words[i] = (ulong)i;
        }

        Assert.That(ciphertext.Words.Length, Is.EqualTo(3 * 2 * 64));
        Assert.That(ciphertext.Polynomial(2)[0], Is.EqualTo(2 * 2 * 64));
        Assert.That(ciphertext.Limb(1, 1)[5], Is.EqualTo((((1 * 2) + 1) * 64) + 5));
        Assert.That(() => ciphertext.Polynomial(3).Length, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => ciphertext.Limb(0, 2).Length, Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Ciphertext_is_transparent_when_all_but_the_first_polynomial_are_zero()
    {
        Ciphertext ciphertext = new(s_parameters.FirstDataLevel, 2, isNttForm: false);
        ciphertext.Words[0] = 1;
        Assert.That(ciphertext.IsTransparent);
        ciphertext.Words[^1] = 1;
        Assert.That(ciphertext.IsTransparent, Is.False);
        Assert.That(new Ciphertext(s_parameters).IsTransparent);
    }

    [Test]
    public void Copies_share_nothing()
    {
        Ciphertext ciphertext = new(s_parameters.FirstDataLevel, 2, isNttForm: false, scale: 1.0);
        Ciphertext copy = ciphertext.Clone();
        copy.Words[0] = 1;
        Assert.That(ciphertext.Words[0], Is.Zero);
        Plaintext plaintext = new([1, 2, 3]);
        Plaintext second = new();
        second.CopyFrom(plaintext);
        second.Words[0] = 9;
        Assert.That(plaintext.Words.ToArray(), Is.EqualTo(new ulong[] { 1, 2, 3 }));
        Assert.That(plaintext.IsNttForm, Is.False);
        Assert.That(() => plaintext.Limb(0).Length, Throws.InvalidOperationException);
    }

    [Test]
    public void Wiped_secret_key_refuses_to_be_read()
    {
        SecretKey key = new(s_parameters);
        key.MutableWords.Fill(7);
        key.Dispose();
        Assert.That(() => key.Words.Length, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void Keys_of_another_shape_are_refused()
    {
        Ciphertext atDataLevel = new(s_parameters.FirstDataLevel, 2, isNttForm: true);
        Assert.That(() => new PublicKey(atDataLevel), Throws.ArgumentException.With.Message.Contains("key level"));
        Assert.That(() => new KeySwitchKey(s_parameters, [atDataLevel]), Throws.ArgumentException.With.Message.Contains("2 digits, not 1"));
        Assert.That(() => new KeySwitchKey(s_parameters, [atDataLevel, atDataLevel]), Throws.ArgumentException);
        Assert.That(() => new RelinearizationKeys(s_parameters, new KeySwitchKey?[15]), Throws.ArgumentException);
    }

    [Test]
    public void Galois_keys_are_found_by_element_and_relinearization_keys_by_power()
    {
        Ciphertext digit = new(s_parameters.KeyLevel, 2, isNttForm: true);
        KeySwitchKey key = new(s_parameters, [digit, digit]);
        GaloisKeys galois = new(s_parameters, [new(3, key)]);
        Assert.That(galois.Find(3), Is.SameAs(key));
        Assert.That(galois.Find(9), Is.Null);
        Assert.That(galois.Elements, Is.EquivalentTo((int[])[3]));
        Assert.That(() => new GaloisKeys(s_parameters, [new(4, key)]), Throws.ArgumentException);
        Assert.That(() => new GaloisKeys(s_parameters, [new(129, key)]), Throws.ArgumentException);
        RelinearizationKeys relinearization = new(s_parameters, [null, key]);
        Assert.That(relinearization.Find(2), Is.Null);
        Assert.That(relinearization.Find(3), Is.SameAs(key));
        Assert.That(relinearization.Find(4), Is.Null);
        Assert.That(relinearization.Find(1), Is.Null);
    }
}
