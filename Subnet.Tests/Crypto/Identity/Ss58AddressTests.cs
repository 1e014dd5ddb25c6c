using Subnet.Crypto.Identity;

namespace Subnet.Tests.Crypto.Identity;

[TestFixture]
internal sealed class Ss58AddressTests
{
    // Substrate's well-known development keys (Alice and Bob, sr25519 and ed25519).
    [TestCase("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")]
    [TestCase("8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48", "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty")]
    [TestCase("88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee", "5FA9nQDVg267DEd8m1ZypXLBnvN7SFxYwV7ndqSYGiN9TTpu")]
    [TestCase("0000000000000000000000000000000000000000000000000000000000000000", "5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM")]
    [TestCase("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "5HrN7fHLXWcFiXPwwtq2EkSGns9eMt5P7SpeTPewumZy6ftb")]
    [TestCase("00000000000000000000000000000000583437736f821a0dcc4f1ea91a0f17f3", "5C4hrfjw9DjXZTzV3MwzrrAuoZzWf4Pzp6j4YKe5bpjHh4Zm")]
    public void Address_of_a_known_key_is_the_known_one_and_reads_back(string publicKey, string address)
    {
        byte[] key = Convert.FromHexString(publicKey);

        Assert.That(Ss58Address.Encode(key), Is.EqualTo(address));
        Assert.That(Ss58Address.TryDecode(address, out byte[]? read, out _), Is.True);
        Assert.That(read, Is.EqualTo(key));
    }

    [Test]
    public void Seed_of_the_known_ed25519_development_key_gives_its_address()
    {
        byte[] seed = Convert.FromHexString("abf8e5bdbe30c65656c0a3cbd181ff8a56294a69dfedd27982aace4a76909115");

        using SigningKey key = SigningKey.FromSeed(seed);

        Assert.That(key.Address, Is.EqualTo("5FA9nQDVg267DEd8m1ZypXLBnvN7SFxYwV7ndqSYGiN9TTpu"));
    }

    [Test]
    public void Every_single_mistyped_character_is_refused()
    {
        const string Address = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
        int taken = 0;
        for (int i = 0; i < Address.Length; i++)
        {
            char other = Address[i] == 'x' ? 'y' : 'x';
            taken += Ss58Address.TryDecode(Address[..i] + other + Address[(i + 1)..], out _, out _) ? 1 : 0;
        }

        Assert.That(taken, Is.Zero);
    }

    [TestCase(null, "not an SS58 address")]
    [TestCase("", "not an SS58 address")]
    [TestCase("5Grwva", "not an SS58 address")]
    [TestCase("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQ0", "not an SS58 address")]
    [TestCase("15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5", "network prefix 0")]
    [TestCase("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ", "checksum")]
    public void Text_that_is_no_address_of_this_network_is_refused_with_the_reason(string? text, string reason)
    {
        Assert.That(Ss58Address.TryDecode(text, out _, out string? error), Is.False);
        Assert.That(error, Does.Contain(reason));
    }

    [Test]
    public void Mutated_addresses_never_escape_with_an_exception()
    {
        Random random = new(7);
        const string Letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0OIl \u00e4";
        for (int i = 0; i < 5000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(0, 90)).Select(_ => Letters[random.Next(Letters.Length)]));

            if (Ss58Address.TryDecode(text, out byte[]? key, out _))
            {
                Assert.That(Ss58Address.Encode(key), Is.EqualTo(text));
            }
        }
    }

    [Test]
    public void Base58_round_trips_leading_zeros_and_any_length()
    {
        Random random = new(58);
        for (int length = 0; length <= Base58.MaxByteCount; length++)
        {
            byte[] bytes = new byte[length];
            random.NextBytes(bytes);
            bytes.AsSpan(0, Math.Min(length, length % 5)).Clear();
            byte[] read = new byte[Base58.MaxByteCount];

            Assert.That(Base58.TryDecode(Base58.Encode(bytes), read, out int written), Is.True);
            Assert.That(read[..written], Is.EqualTo(bytes));
        }
    }
}
