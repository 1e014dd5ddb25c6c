using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;
using Subnet.Crypto.Seal.Packed;
using Subnet.Tests.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Seal;

/// <summary>What the calculators say is what the writers write.</summary>
internal sealed class SizeTests
{
    [Test]
    public void Calculated_sizes_are_those_of_written_objects([Values("50 50 50", "36 45 60 50", "30 31")] string bits)
    {
        Parameters parameters = NoiseBoundsTests.Create(128, 257, true, [.. bits.Split(' ').Select(int.Parse)]);
        using Party party = new(parameters);
        Level level = parameters.FirstDataLevel;
        Ciphertext ciphertext = new(parameters);
        PrngSeed seed = party.Encryptor.EncryptSymmetric(new Plaintext([1]), party.SecretKey, ciphertext);
        List<PrngSeed> relinearizationSeeds = [];
        List<PrngSeed> galoisSeeds = [];
        RelinearizationKeys relinearization = party.Generator.CreateRelinearizationKeys(party.SecretKey, 2, relinearizationSeeds);
        GaloisKeys galois = party.Generator.CreateGaloisKeys(party.SecretKey, [3, 9, 255], galoisSeeds);
        Assert.That(SealSize.Ciphertext(level, 2), Is.EqualTo(SealWriter.Write(ciphertext).Length));
        Assert.That(SealSize.SeededCiphertext(level), Is.EqualTo(SealWriter.Write(ciphertext, seed: seed).Length));
        Assert.That(SealSize.PublicKey(parameters, seeded: false), Is.EqualTo(SealWriter.Write(party.PublicKey).Length));
        Assert.That(SealSize.RelinearizationKeys(parameters, 2, seeded: true), Is.EqualTo(SealWriter.Write(relinearization, seeds: relinearizationSeeds).Length));
        Assert.That(SealSize.GaloisKeys(parameters, 3, seeded: false), Is.EqualTo(SealWriter.Write(galois).Length));
        Assert.That(PackedSize.Ciphertext(level, 2), Is.EqualTo(PackedWriter.Write(ciphertext).Length));
        Assert.That(PackedSize.SeededCiphertext(level), Is.EqualTo(PackedWriter.Write(ciphertext, seed).Length));
        Assert.That(PackedSize.PublicKey(parameters, seeded: false), Is.EqualTo(PackedWriter.Write(party.PublicKey).Length));
        Assert.That(PackedSize.SwitchingKeys(parameters, 2, seeded: true), Is.EqualTo(PackedWriter.Write(relinearization, relinearizationSeeds).Length));
        Assert.That(PackedSize.SwitchingKeys(parameters, 2, seeded: false), Is.EqualTo(PackedWriter.Write(relinearization).Length));
        Assert.That(PackedSize.SwitchingKeys(parameters, 3, seeded: true), Is.EqualTo(PackedWriter.Write(galois, galoisSeeds).Length));
    }
}
