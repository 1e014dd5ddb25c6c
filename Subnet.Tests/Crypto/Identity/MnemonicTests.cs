using System.Reflection;
using System.Security.Cryptography;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Tests.Crypto.Identity;

[TestFixture]
internal sealed class MnemonicTests
{
    // BIP-39's reference vectors (passphrase TREZOR): entropy, words, seed.
    [TestCase(
        "00000000000000000000000000000000",
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about",
        "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04")]
    [TestCase(
        "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f",
        "legal winner thank year wave sausage worth useful legal winner thank yellow",
        "2e8905819b8723fe2c1d161860e5ee1830318dbf49a83bd451cfb8440c28bd6fa457fe1296106559a3c80937a1c1069be3a3a5bd381ee6260e8d9739fce1f607")]
    [TestCase(
        "ffffffffffffffffffffffffffffffff",
        "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong",
        "ac27495480225222079d7be181583751e86f571027b0497b5b5d11218e0a8a13332572917f0f8e5a589620c6f15b11c61dee327651a14c34e18231052e48c069")]
    [TestCase(
        "0000000000000000000000000000000000000000000000000000000000000000",
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art",
        "bda85446c68413707090a52022edd26a1c9462295029f2e60cd7c4f2bbd3097170af7a4d73245cafa9c3cca8d561a7c3de6f5d4a10be8ed2a5e608d68f92fcc8")]
    public void Reference_entropy_gives_the_reference_words_and_seed(string entropy, string words, string seed)
    {
        using Mnemonic mnemonic = Mnemonic.FromEntropy(Convert.FromHexString(entropy));
        byte[] derived = new byte[64];

        mnemonic.DeriveBip39Seed("TREZOR", derived);

        Assert.That(mnemonic.ToPhrase(), Is.EqualTo(words));
        Assert.That(Convert.ToHexStringLower(derived), Is.EqualTo(seed));
    }

    // substrate-bip39's own vector: the entropy is stretched, not the words.
    [Test]
    public void Substrate_stretches_the_entropy()
    {
        using Mnemonic mnemonic = Mnemonic.FromEntropy(new byte[16]);
        byte[] stretched = new byte[64];

        mnemonic.StretchEntropy("Substrate", stretched);

        Assert.That(
            Convert.ToHexStringLower(stretched),
            Is.EqualTo("44e9d125f037ac1d51f0a7d3649689d422c2af8b1ec8e00d71db4d7bf6d127e33f50c3d5c84fa3e5399c72d6cbbbbc4a49bf76f76d952f479d74655a2ef2d453"));
    }

    [Test]
    public void Development_phrase_gives_the_seed_that_subkey_shows()
    {
        Assert.That(
            Mnemonic.TryParse("bottom drive obey lake curtain smoke basket hold race lonely fit walk", out Mnemonic? mnemonic, out _), Is.True);
        byte[] seed = new byte[32];

        mnemonic!.DeriveKeySeed(seed);

        Assert.That(Convert.ToHexStringLower(seed), Is.EqualTo("fac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e"));
    }

    [Test]
    public void Embedded_word_list_is_the_published_one()
    {
        using Stream stream = typeof(Mnemonic).Assembly.GetManifestResourceStream(MnemonicWordList.ResourceName)!;

        Assert.That(
            Convert.ToHexStringLower(SHA256.HashData(stream)), Is.EqualTo("2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"));
    }

    [Test]
    public void Generated_phrases_of_every_length_read_back_to_the_same_key([Values(12, 15, 18, 21, 24)] int words)
    {
        using SeededRandomSource random = new(PrngType.Blake2Xb, new byte[64]);
        for (int i = 0; i < 20; i++)
        {
            using Mnemonic made = Mnemonic.Generate(random, words);
            string phrase = made.ToPhrase();

            Assert.That(phrase.Split(' '), Has.Length.EqualTo(words));
            Assert.That(made.WordCount, Is.EqualTo(words));
            Assert.That(Mnemonic.TryParse($"  {phrase.ToUpperInvariant().Replace(" ", "\n ", StringComparison.Ordinal)}\t", out Mnemonic? read, out _), Is.True);
            Assert.That(read!.ToPhrase(), Is.EqualTo(phrase));
        }
    }

    [Test]
    public void Phrase_with_two_words_swapped_fails_its_checksum()
    {
        Assert.That(
            Mnemonic.TryParse("drive bottom obey lake curtain smoke basket hold race lonely fit walk", out _, out string? error), Is.False);
        Assert.That(error, Does.Contain("checksum"));
    }

    [TestCase("bottom drive obey", "12, 15, 18, 21 or 24")]
    [TestCase("", "12, 15, 18, 21 or 24")]
    [TestCase(null, "12, 15, 18, 21 or 24")]
    [TestCase("bottom drive obey lake curtain smoke baskets hold race lonely fit walk", "word 7")]
    public void Phrase_that_is_none_is_refused_without_repeating_it(string? phrase, string reason)
    {
        Assert.That(Mnemonic.TryParse(phrase, out _, out string? error), Is.False);
        Assert.That(error, Does.Contain(reason).And.Not.Contain("baskets"));
    }

    [Test]
    public void Disposed_phrase_shows_nothing()
    {
        Mnemonic mnemonic = Mnemonic.FromEntropy(new byte[16]);
        mnemonic.Dispose();

        Assert.That(mnemonic.ToPhrase, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(typeof(SigningKey).GetMethod("ToString", BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.Instance), Is.Null);
    }
}
