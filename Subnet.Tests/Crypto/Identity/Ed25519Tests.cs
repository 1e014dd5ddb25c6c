using Subnet.Crypto.Identity;

namespace Subnet.Tests.Crypto.Identity;

[TestFixture]
internal sealed class Ed25519Tests
{
    /// <summary>2^252 + 27742317777372353535851937790883648493, little-endian.</summary>
    private static readonly byte[] Order = Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

    // RFC 8032 section 7.1, tests 1 to 3.
    [TestCase(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [TestCase(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [TestCase(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void Rfc_8032_vector_signs_and_verifies(string seed, string publicKey, string message, string signature)
    {
        byte[] secret = Convert.FromHexString(seed);
        byte[] text = Convert.FromHexString(message);

        Assert.That(Convert.ToHexStringLower(Ed25519.PublicKey(secret)), Is.EqualTo(publicKey));
        Assert.That(Convert.ToHexStringLower(Ed25519.Sign(secret, text)), Is.EqualTo(signature));
        Assert.That(Ed25519.Verify(Convert.FromHexString(publicKey), text, Convert.FromHexString(signature)), Is.True);
    }

    [Test]
    public void Every_flipped_bit_of_the_signature_is_refused()
    {
        byte[] seed = new byte[32];
        byte[] publicKey = Ed25519.PublicKey(seed);
        byte[] signature = Ed25519.Sign(seed, "m"u8);
        for (int bit = 0; bit < 8 * signature.Length; bit++)
        {
            byte[] changed = (byte[])signature.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(Ed25519.Verify(publicKey, "m"u8, changed), Is.False, $"bit {bit}");
        }
    }

    [Test]
    public void Second_spelling_of_a_signature_with_the_order_added_is_refused()
    {
        byte[] seed = new byte[32];
        byte[] signature = Ed25519.Sign(seed, "m"u8);
        int carry = 0;
        for (int i = 0; i < 32; i++)
        {
            carry += signature[32 + i] + Order[i];
            signature[32 + i] = (byte)carry;
            carry >>= 8;
        }

        Assert.That(Ed25519.Verify(Ed25519.PublicKey(seed), "m"u8, signature), Is.False);
    }

    [TestCase(31, 64)]
    [TestCase(33, 64)]
    [TestCase(32, 63)]
    [TestCase(32, 65)]
    [TestCase(0, 0)]
    public void Key_or_signature_of_another_length_is_refused(int keyLength, int signatureLength) =>
        Assert.That(Ed25519.Verify(new byte[keyLength], "m"u8, new byte[signatureLength]), Is.False);
}
