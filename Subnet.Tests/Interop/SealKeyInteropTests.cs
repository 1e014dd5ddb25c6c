using System.Text.Json;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;

namespace Subnet.Tests.Interop;

/// <summary>
/// Keys of one side in the hands of the other: SEAL's keys encrypt, evaluate and decrypt here; keys made here, seeded and compressed, are
/// expanded and used by SEAL.
/// </summary>
[TestFixture]
internal sealed class SealKeyInteropTests : SealOracleFixture
{
    [Test]
    public async Task Keys_made_by_seal_encrypt_evaluate_and_decrypt_here([Values(Scheme.Bfv, Scheme.Ckks)] Scheme scheme)
    {
        Parameters parameters = InteropParameters.Secure(scheme);
        byte[] parms = SealWriter.Write(parameters);
        JsonElement keys = await Oracle.AskAsync(new { op = "keys", parms, seeded = true, compression = "zstd", steps = new[] { 1 } });
        SealReader reader = new(parameters);
        using SecretKey secret = reader.ReadSecretKey(Bytes(keys, "secret_key")).Value;
        PublicKey publicKey = reader.ReadPublicKey(Bytes(keys, "public_key")).Value;
        GaloisKeys galois = reader.ReadGaloisKeys(Bytes(keys, "galois_keys")).Value;
        RelinearizationKeys relinearization = reader.ReadRelinearizationKeys(Bytes(keys, "relin_keys")).Value;
        double[] values = Numbers(scheme, parameters);

        // One factor from here under SEAL's key, one from SEAL; product and rotation here; decrypted on both sides.
        using RandomSourceFactory random = RandomSourceFactory.FromOperatingSystem();
        Ciphertext x = new(parameters);
        using Plaintext plaintext = Encode(parameters, values);
        new Encryptor(parameters, random).Encrypt(plaintext, publicKey, x);
        byte[] theirs = await Oracle.AskForAsync("ciphertext", new
        {
            op = "encrypt", parms, public_key = Bytes(keys, "public_key"), values, scale = Scale,
        });
        Ciphertext y = reader.ReadCiphertext(theirs).Value;
        using Decryptor decryptor = new(secret);
        Assert.That(Decode(decryptor, y), Is.EqualTo(values).Within(Tolerance(scheme)), "SEAL's ciphertext decrypted here");
        Ciphertext result = new(parameters);
        if (scheme == Scheme.Bfv)
        {
            BfvEvaluator evaluator = new(parameters);
            evaluator.Multiply(x, y, result);
            evaluator.Relinearize(result, relinearization, result);
            evaluator.RotateRows(result, 1, galois, result);
        }
        else
        {
            CkksEvaluator evaluator = new(parameters);
            evaluator.Multiply(x, y, result);
            evaluator.Relinearize(result, relinearization, result);
            evaluator.RotateVector(result, 1, galois, result);
        }

        double[] expected = Rotated(scheme, [.. values.Select(value => value * value)]);
        Assert.That(Decode(decryptor, result), Is.EqualTo(expected).Within(Tolerance(scheme)));
        JsonElement answer = await Oracle.AskAsync(new
        {
            op = "decrypt", parms, secret_key = Bytes(keys, "secret_key"), ciphertext = SealWriter.Write(result, SealCompression.Zlib),
        });
        Assert.That(answer.GetProperty("values").EnumerateArray().Select(value => value.GetDouble()).Take(expected.Length), Is.EqualTo(expected).Within(Tolerance(scheme)));
    }

    [Test]
    public async Task Seeded_keys_made_here_are_expanded_and_used_by_seal([Values(Scheme.Bfv, Scheme.Ckks)] Scheme scheme, [Values(SealCompression.None, SealCompression.Zlib)] SealCompression compression, [Values] PrngType type)
    {
        Parameters parameters = InteropParameters.Secure(scheme);
        byte[] parms = SealWriter.Write(parameters);
        using RandomSourceFactory random = RandomSourceFactory.FromOperatingSystem(type);
        KeyGenerator generator = new(parameters, random);
        using SecretKey secret = generator.CreateSecretKey();
        List<PrngSeed> publicSeeds = [];
        List<PrngSeed> relinSeeds = [];
        List<PrngSeed> galoisSeeds = [];
        PublicKey publicKey = generator.CreatePublicKey(secret, publicSeeds);
        RelinearizationKeys relinearization = generator.CreateRelinearizationKeys(secret, seeds: relinSeeds);
        GaloisKeys galois = generator.CreateRotationKeys(secret, [1, 0], galoisSeeds);
        byte[] publicBytes = SealWriter.Write(publicKey, compression, publicSeeds[0]);
        byte[] relinBytes = SealWriter.Write(relinearization, compression, relinSeeds);
        byte[] galoisBytes = SealWriter.Write(galois, compression, galoisSeeds);
        foreach ((string kind, byte[] seeded, byte[] full) in new[]
        {
            ("public_key", publicBytes, SealWriter.Write(publicKey)),
            ("relin_keys", relinBytes, SealWriter.Write(relinearization)),
            ("galois_keys", galoisBytes, SealWriter.Write(galois)),
        })
        {
            Assert.That(seeded, Has.Length.LessThan(0.53 * full.Length), kind);
            Assert.That(await Oracle.AskForAsync("object", new { op = "reload", parms, type = kind, @object = seeded }), Is.EqualTo(full), kind);
        }

        double[] values = Numbers(scheme, parameters);
        byte[] ciphertext = await Oracle.AskForAsync("ciphertext", new { op = "encrypt", parms, public_key = publicBytes, values, scale = Scale });
        byte[] product = await Oracle.AskForAsync("ciphertext", new
        {
            op = "evaluate", name = "multiply_relinearize", parms, ciphertexts = new[] { ciphertext, ciphertext }, relin_keys = relinBytes,
        });
        byte[] rotated = await Oracle.AskForAsync("ciphertext", new
        {
            op = "evaluate", name = scheme == Scheme.Bfv ? "rotate_rows" : "rotate_vector", parms, ciphertexts = new[] { product }, galois_keys = galoisBytes, step = 1,
        });
        using Decryptor decryptor = new(secret);
        Assert.That(
            Decode(decryptor, new SealReader(parameters).ReadCiphertext(rotated).Value),
            Is.EqualTo(Rotated(scheme, [.. values.Select(value => value * value)])).Within(Tolerance(scheme)));
    }

    // Squares stay within a plain modulus of 17 bits.
    private static double[] Numbers(Scheme scheme, Parameters parameters) => scheme == Scheme.Bfv
        ? [.. Enumerable.Range(0, parameters.PolyModulusDegree).Select(i => (double)((i * 37 % 401) - 200))]
        : [.. Enumerable.Range(0, parameters.PolyModulusDegree / 2).Select(i => Math.Sin(i))];

    private static double Tolerance(Scheme scheme) => scheme == Scheme.Bfv ? 0 : 1e-2;

    private static double[] Rotated(Scheme scheme, double[] values)
    {
        if (scheme == Scheme.Ckks)
        {
            return [.. values[1..], values[0]];
        }

        int half = values.Length / 2;
        return [.. values[1..half], values[0], .. values[(half + 1)..], values[half]];
    }

    private static byte[] Bytes(JsonElement answer, string member) => answer.GetProperty(member).GetBytesFromBase64();
}
