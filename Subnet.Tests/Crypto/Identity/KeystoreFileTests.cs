using System.Text;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Tests.Crypto.Identity;

[TestFixture]
internal sealed class KeystoreFileTests
{
    private static readonly byte[] Password = "correct horse"u8.ToArray();

    private SeededRandomSource random = null!;
    private SigningKey key = null!;
    private byte[] file = null!;

    [SetUp]
    public void Seal()
    {
        random = new SeededRandomSource(PrngType.Blake2Xb, new byte[64]);
        key = SigningKey.Generate(random);
        file = KeystoreFile.Seal(key, KeyRole.Hotkey, Password, ScryptCost.Minimum, random);
    }

    [TearDown]
    public void Dispose()
    {
        key.Dispose();
        random.Dispose();
    }

    [Test]
    public void Sealed_key_opens_with_its_password_and_signs_the_same()
    {
        using SigningKey opened = KeystoreFile.Unseal(file, Password);

        Assert.That(opened.Sign("m"u8), Is.EqualTo(key.Sign("m"u8)));
        Assert.That(opened.Address, Is.EqualTo(key.Address));
    }

    [TestCase("", "b8b464797e4e2d0281092073a00efcaa65e101083cd6eb811f7a321c758837061f3a26a33c2065cc257b81b26032a925", false)]
    [TestCase(
        "\"unfit_for_secrets\": \"this key comes from a seed that others know\",",
        "b8b464797e4e2d0281092073a00efcaa65e101083cd6eb811f7a321c75883706b80aefccb23dc072d5a80499a8e0d27b",
        true)]
    public void File_that_another_program_wrote_opens(string mark, string sealedSeed, bool isSeeded)
    {
        // scrypt, AES-256-GCM, Ed25519 and SS58 of Python's libraries: wallets of today open tomorrow only as long as this does.
        string foreign =
            $$"""
            {"sealed_seed": "{{sealedSeed}}", "p": 2, "n": 16384, "r": 8, {{mark}} "kdf": "scrypt", "cipher": "aes-256-gcm", "role": "coldkey", "format": "subnet/keystore/1",
             "salt": "56176744b3aafa434ffde788d44a5b9375832e800ea8302bef3c99957c5c1d0d", "address": "5GFsYs56kd2dq362MitagcyPJ5zuGrym8sVxawz6WqNYvpDH",
             "public_key": "b975434c6ece344c8daace0cb43c595c915c579559b18d9e6e189dbff6fc3e7c"}
            """;
        using SigningKey opened = KeystoreFile.Unseal(Encoding.UTF8.GetBytes(foreign), "pass wörd"u8);
        byte[] seed = new byte[SigningKey.SeedByteCount];
        opened.CopySeed(seed);

        Assert.That(Convert.ToHexStringLower(seed), Is.EqualTo("14b5cadcec9f7aa1838ba2df820c3ce6057e8e1cfc06d72a6a4133fb982f629d"));
        Assert.That(KeystoreFile.ReadHeader(Encoding.UTF8.GetBytes(foreign)).IsSeeded, Is.EqualTo(isSeeded));
    }

    [Test]
    public void Header_shows_role_address_and_cost_without_a_password()
    {
        KeystoreHeader header = KeystoreFile.ReadHeader(file);

        Assert.That(header.Role, Is.EqualTo(KeyRole.Hotkey));
        Assert.That(header.Address, Is.EqualTo(key.Address));
        Assert.That(header.Cost, Is.EqualTo(ScryptCost.Minimum));
    }

    [Test]
    public void File_holds_the_seed_nowhere_in_the_clear()
    {
        byte[] seed = new byte[32];
        key.CopySeed(seed);

        Assert.That(Encoding.UTF8.GetString(file), Does.Not.Contain(Convert.ToHexStringLower(seed)));
    }

    [Test]
    public void Two_files_of_one_key_share_no_salt_and_no_ciphertext()
    {
        string other = Encoding.UTF8.GetString(KeystoreFile.Seal(key, KeyRole.Hotkey, Password, ScryptCost.Minimum, random));

        Assert.That(Member(other, "salt"), Is.Not.EqualTo(Member(Encoding.UTF8.GetString(file), "salt")));
        Assert.That(Member(other, "sealed_seed"), Is.Not.EqualTo(Member(Encoding.UTF8.GetString(file), "sealed_seed")));
    }

    [Test]
    public void Wrong_password_is_refused_as_such()
    {
        KeystoreException fault = Assert.Throws<KeystoreException>(() => KeystoreFile.Unseal(file, "Correct horse"u8))!;

        Assert.That(fault.Fault, Is.EqualTo(KeystoreFault.Password));
    }

    [Test]
    public void Role_swapped_in_the_clear_part_does_not_open()
    {
        byte[] changed = Edit("\"hotkey\"", "\"coldkey\"");

        Assert.That(
            Assert.Throws<KeystoreException>(() => KeystoreFile.Unseal(changed, Password))!.Fault, Is.EqualTo(KeystoreFault.Password));
    }

    [TestCase("\"n\": 16384", "\"n\": 1073741824", KeystoreFault.Cost)]
    [TestCase("\"n\": 16384", "\"n\": 2", KeystoreFault.Cost)]
    [TestCase("\"n\": 16384", "\"n\": 16385", KeystoreFault.Cost)]
    [TestCase("\"p\": 1", "\"p\": 1000", KeystoreFault.Cost)]
    [TestCase("\"r\": 8", "\"r\": 8000", KeystoreFault.Cost)]
    [TestCase("\"n\": 16384", "\"n\": 99999999999", KeystoreFault.Malformed)]
    [TestCase("subnet/keystore/1", "subnet/keystore/2", KeystoreFault.Malformed)]
    [TestCase("\"r\": 8,", "", KeystoreFault.Malformed)]
    [TestCase("\"r\": 8,", "\"r\": 8, \"r\": 8,", KeystoreFault.Malformed)]
    [TestCase("\"r\": 8,", "\"r\": 8, \"note\": \"x\",", KeystoreFault.Malformed)]
    [TestCase("aes-256-gcm", "none", KeystoreFault.Malformed)]
    [TestCase("}", "} {", KeystoreFault.Malformed)]
    public void Changed_file_is_refused_before_any_work_is_done(string from, string to, KeystoreFault fault)
    {
        Assert.That(Assert.Throws<KeystoreException>(() => KeystoreFile.ReadHeader(Edit(from, to)))!.Fault, Is.EqualTo(fault));
    }

    [Test]
    public void Truncated_or_mutated_files_raise_only_the_keystore_error()
    {
        Random mutation = new(11);
        for (int i = 0; i < 4000; i++)
        {
            byte[] bytes = (byte[])file.Clone();
            for (int n = mutation.Next(1, 4); n > 0; n--)
            {
                bytes[mutation.Next(bytes.Length)] = (byte)mutation.Next(256);
            }

            bytes = mutation.Next(3) == 0 ? bytes[..mutation.Next(bytes.Length)] : bytes;
            try
            {
                _ = KeystoreFile.ReadHeader(bytes);
            }
            catch (KeystoreException)
            {
                continue;
            }
        }

        Assert.That(() => KeystoreFile.ReadHeader(new byte[KeystoreFile.MaxByteCount + 1]), Throws.InstanceOf<KeystoreException>());
    }

    [Test]
    public void Empty_password_and_cheap_cost_are_refused()
    {
        Assert.That(() => KeystoreFile.Seal(key, KeyRole.Hotkey, default, ScryptCost.Minimum, random), Throws.ArgumentException);
        Assert.That(() => KeystoreFile.Seal(key, KeyRole.Hotkey, Password, new ScryptCost(1 << 10, 8, 1), random), Throws.ArgumentException);
        Assert.That(ScryptCost.Default.IsAcceptable, Is.True);
    }

    private static string Member(string text, string name) => text.Split($"\"{name}\": \"")[1].Split('"')[0];

    private byte[] Edit(string from, string to)
    {
        string text = Encoding.UTF8.GetString(file);
        Assert.That(text, Does.Contain(from));
        return Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
    }
}
