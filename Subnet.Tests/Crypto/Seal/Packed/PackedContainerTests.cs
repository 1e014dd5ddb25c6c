using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;
using Subnet.Crypto.Seal.Packed;

namespace Subnet.Tests.Crypto.Seal.Packed;

[TestFixture]
internal sealed class PackedContainerTests
{
    private static readonly string[] Ciphertexts = ["ct_a.none.seal", "ct_b_seeded.none.seal", "mul.none.seal", "ct_a_last.none.seal"];

    [Test]
    public void Ciphertext_survives_packing(
        [ValueSource(typeof(SealVectors), nameof(SealVectors.SmallSets))] string set, [ValueSource(nameof(Ciphertexts))] string file)
    {
        byte[] bytes = SealVectors.Read(set, file);
        Parameters parameters = SealVectors.Parameters(set);
        SealReadResult<Ciphertext> read = new SealReader(parameters).ReadCiphertext(bytes);
        byte[] packed = PackedWriter.Write(read.Value, read.Seeds.SingleOrDefault());
        Ciphertext back = new PackedReader(parameters).ReadCiphertext(packed, out PrngSeed? seed);

        Assert.That(SealWriter.Write(back, SealCompression.None, seed), Is.EqualTo(bytes));
    }

    [Test]
    public void Keys_survive_packing([ValueSource(typeof(SealVectors), nameof(SealVectors.SmallSets))] string set, [Values] bool seeded)
    {
        Parameters parameters = SealVectors.Parameters(set);
        SealReader reader = new(parameters);
        PackedReader unpacker = new(parameters);
        SealReadResult<PublicKey> pk = reader.ReadPublicKey(SealVectors.Read(set, "pk_seeded.none.seal"));
        SealReadResult<RelinearizationKeys> rlk = reader.ReadRelinearizationKeys(SealVectors.Read(set, "rlk_seeded.zstd.seal"));
        SealReadResult<GaloisKeys> glk = reader.ReadGaloisKeys(SealVectors.Read(set, "glk_seeded.zstd.seal"));

        PublicKey pkBack = unpacker.ReadPublicKey(PackedWriter.Write(pk.Value, seeded ? pk.Seeds[0] : null), out PrngSeed? seed);
        RelinearizationKeys rlkBack = unpacker.ReadRelinearizationKeys(
            PackedWriter.Write(rlk.Value, seeded ? rlk.Seeds : null), out IReadOnlyList<PrngSeed> rlkSeeds);
        GaloisKeys glkBack = unpacker.ReadGaloisKeys(PackedWriter.Write(glk.Value, seeded ? glk.Seeds : null), out IReadOnlyList<PrngSeed> glkSeeds);
        Assert.Multiple(() =>
        {
            Assert.That(SealWriter.Write(pkBack), Is.EqualTo(SealWriter.Write(pk.Value)));
            Assert.That(SealWriter.Write(rlkBack), Is.EqualTo(SealWriter.Write(rlk.Value)));
            Assert.That(SealWriter.Write(glkBack), Is.EqualTo(SealWriter.Write(glk.Value)));
            Assert.That(seed, Is.EqualTo(seeded ? pk.Seeds[0] : null));
            Assert.That(rlkSeeds, Is.EqualTo(seeded ? rlk.Seeds : []));
            Assert.That(glkSeeds, Is.EqualTo(seeded ? glk.Seeds : []));
        });
    }

    [Test]
    public void Packed_ciphertext_takes_the_bit_length_of_its_primes()
    {
        // bfv-64: three data primes of 40 bits, so 40 of 64 bits of SEAL's words.
        Parameters parameters = SealVectors.Parameters("bfv-64");
        Ciphertext ciphertext = new SealReader(parameters).ReadCiphertext(SealVectors.Read("bfv-64", "ct_a.none.seal")).Value;
        Assert.That(PackedWriter.Write(ciphertext), Has.Length.EqualTo(16 + 1 + 32 + 1 + 1 + 8 + (2 * 3 * 64 * 40 / 8)));
    }

    [TestCaseSource(typeof(SealVectors), nameof(SealVectors.SmallSets))]
    public void Mutated_container_raises_only_the_error_of_the_format_and_has_one_form(string set)
    {
        Parameters parameters = SealVectors.Parameters(set);
        SealReader reader = new(parameters);
        PackedReader unpacker = new(parameters);
        SealReadResult<Ciphertext> seeded = reader.ReadCiphertext(SealVectors.Read(set, "ct_b_seeded.none.seal"));
        SealReadResult<RelinearizationKeys> rlk = reader.ReadRelinearizationKeys(SealVectors.Read(set, "rlk_seeded.zstd.seal"));
        SealReadResult<PublicKey> pk = reader.ReadPublicKey(SealVectors.Read(set, "pk_seeded.none.seal"));
        SealReadResult<GaloisKeys> glk = reader.ReadGaloisKeys(SealVectors.Read(set, "glk_seeded.zstd.seal"));
        byte[][] originals =
        [
            PackedWriter.Write(seeded.Value), PackedWriter.Write(seeded.Value, seeded.Seeds[0]), PackedWriter.Write(rlk.Value, rlk.Seeds),
            PackedWriter.Write(pk.Value, null), PackedWriter.Write(pk.Value, pk.Seeds[0]), PackedWriter.Write(glk.Value, glk.Seeds), PackedWriter.Write(glk.Value, null),
        ];
        Random random = new(set.Length);
        int[] accepted = new int[originals.Length];
        int[] refused = new int[originals.Length];
        for (int i = 0; i < 120 * originals.Length; i++)
        {
            int which = i % originals.Length;
            byte[] bytes = [.. originals[which]];
            bytes[random.Next(random.Next(2) == 0 ? 100 : bytes.Length)] ^= (byte)(1 << random.Next(8));
            if (random.Next(5) == 0)
            {
                Array.Resize(ref bytes, Math.Max(0, bytes.Length + random.Next(-30, 10)));
            }

            try
            {
                Assert.That(Rewrite(unpacker, which, bytes), Is.EqualTo(bytes));
                accepted[which]++;
            }
            catch (SealFormatException e)
            {
                Assert.That(e.Message, Is.Not.Empty);
                refused[which]++;
            }
        }

        Assert.That(accepted, Is.All.Positive, "a changed residue below its prime is another object");
        Assert.That(refused, Is.All.Positive);
    }

    private static byte[] Rewrite(PackedReader unpacker, int which, byte[] bytes)
    {
        switch (which)
        {
            case 0 or 1:
                Ciphertext ciphertext = unpacker.ReadCiphertext(bytes, out PrngSeed? seed);
                return PackedWriter.Write(ciphertext, seed);
            case 2:
                RelinearizationKeys keys = unpacker.ReadRelinearizationKeys(bytes, out IReadOnlyList<PrngSeed> seeds);
                return PackedWriter.Write(keys, seeds.Count == 0 ? null : seeds);
            case 3 or 4:
                PublicKey publicKey = unpacker.ReadPublicKey(bytes, out seed);
                return PackedWriter.Write(publicKey, seed);
            default:
                GaloisKeys galois = unpacker.ReadGaloisKeys(bytes, out seeds);
                return PackedWriter.Write(galois, seeds.Count == 0 ? null : seeds);
        }
    }
}
