using System.Text.Json;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;

namespace Subnet.Tests.Interop;

/// <summary>Keys and ciphertexts made here are used by Microsoft SEAL and the other way round; operations give equal bytes.</summary>
[TestFixture]
internal sealed class SealArithmeticInteropTests : SealOracleFixture
{
    [Test]
    public async Task Bfv_ciphertexts_made_here_are_decrypted_by_seal([Values] bool symmetric, [Values] bool zlib)
    {
        using Party here = new(Scheme.Bfv);
        double[] values = Numbers(here.Parameters, 1);
        byte[] ciphertext = here.Encrypt(values, symmetric, zlib ? SealCompression.Zlib : SealCompression.None);

        JsonElement answer = await Oracle.AskAsync(new { op = "decrypt", parms = here.Parms, secret_key = here.Secret, ciphertext });
        Assert.That(answer.GetProperty("values").EnumerateArray().Select(value => value.GetDouble()), Is.EqualTo(values));
    }

    [Test]
    public async Task Bfv_ciphertexts_made_by_seal_are_decrypted_here([Values] bool symmetric)
    {
        using Party here = new(Scheme.Bfv);
        double[] values = Numbers(here.Parameters, 2);
        byte[] ciphertext = await Oracle.AskForAsync("ciphertext", new
        {
            op = "encrypt", parms = here.Parms, public_key = here.Public, secret_key = symmetric ? here.Secret : null, values, compression = "zstd",
        });

        SealReadResult<Ciphertext> read = here.Reader.ReadCiphertext(ciphertext);
        Assert.That(read.Seeds, Has.Count.EqualTo(symmetric ? 1 : 0));
        Assert.That(here.Decrypt(read.Value), Is.EqualTo(values));
    }

    [TestCase("multiply")]
    [TestCase("multiply_relinearize")]
    [TestCase("rotate_rows")]
    [TestCase("rotate_columns")]
    [TestCase("mod_switch_to_next")]
    public async Task Bfv_operation_gives_the_bytes_of_seal(string name)
    {
        using Party here = new(Scheme.Bfv);
        byte[] a = here.Encrypt(Numbers(here.Parameters, 3), symmetric: false);
        byte[] b = here.Encrypt(Numbers(here.Parameters, 4), symmetric: true);
        byte[] theirs = await EvaluateThere(here, name, a, b);

        BfvEvaluator evaluator = new(here.Parameters);
        Ciphertext result = new(here.Parameters);
        Ciphertext first = here.Reader.ReadCiphertext(a).Value;
        Ciphertext second = here.Reader.ReadCiphertext(b).Value;
        switch (name)
        {
            case "multiply":
                evaluator.Multiply(first, second, result);
                break;
            case "multiply_relinearize":
                evaluator.Multiply(first, second, result);
                evaluator.Relinearize(result, here.RelinearizationKeys, result);
                break;
            case "rotate_rows":
                evaluator.RotateRows(first, 1, here.GaloisKeys, result);
                break;
            case "rotate_columns":
                evaluator.RotateColumns(first, here.GaloisKeys, result);
                break;
            default:
                evaluator.ModSwitchToNext(first, result);
                break;
        }

        Assert.That(SealWriter.Write(result), Is.EqualTo(theirs));
    }

    [TestCase("multiply_relinearize_rescale")]
    [TestCase("rotate_vector")]
    public async Task Ckks_operation_gives_the_bytes_of_seal(string name)
    {
        using Party here = new(Scheme.Ckks);
        double[] values = [.. Numbers(here.Parameters, 5).Take(here.Parameters.PolyModulusDegree / 2).Select(value => value / 1e5)];
        byte[] a = here.Encrypt(values, symmetric: false);
        byte[] b = here.Encrypt(values, symmetric: true);
        byte[] theirs = await EvaluateThere(here, name, a, b);

        CkksEvaluator evaluator = new(here.Parameters);
        Ciphertext result = new(here.Parameters);
        Ciphertext first = here.Reader.ReadCiphertext(a).Value;
        if (name == "rotate_vector")
        {
            evaluator.RotateVector(first, 1, here.GaloisKeys, result);
        }
        else
        {
            evaluator.Multiply(first, here.Reader.ReadCiphertext(b).Value, result);
            evaluator.Relinearize(result, here.RelinearizationKeys, result);
            evaluator.RescaleToNext(result, result);
        }

        Assert.That(SealWriter.Write(result), Is.EqualTo(theirs));
        JsonElement answer = await Oracle.AskAsync(
            new { op = "decrypt", parms = here.Parms, secret_key = here.Secret, ciphertext = SealWriter.Write(result) });
        double[] expected = name == "rotate_vector" ? [.. values[1..], values[0]] : [.. values.Select(value => value * value)];
        double[] decrypted = [.. answer.GetProperty("values").EnumerateArray().Take(expected.Length).Select(value => value.GetDouble())];
        Assert.That(decrypted, Is.EqualTo(expected).Within(1e-2));
    }

    private static double[] Numbers(Parameters parameters, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, parameters.PolyModulusDegree).Select(_ => (double)random.Next(-50000, 50000))];
    }

    private Task<byte[]> EvaluateThere(Party here, string name, byte[] a, byte[] b) => Oracle.AskForAsync("ciphertext", new
    {
        op = "evaluate",
        name,
        parms = here.Parms,
        ciphertexts = new[] { a, b },
        relin_keys = SealWriter.Write(here.RelinearizationKeys),
        galois_keys = SealWriter.Write(here.GaloisKeys),
        step = 1,
    });

    /// <summary>One side's keys, made here.</summary>
    private sealed class Party : IDisposable
    {
        private readonly RandomSourceFactory random;
        private readonly SecretKey secretKey;
        private readonly PublicKey publicKey;

        public Party(Scheme scheme)
        {
            random = RandomSourceFactory.FromSeed([.. Enumerable.Range(0, 64).Select(i => (byte)i)]);
            Parameters = InteropParameters.Secure(scheme);
            Parms = SealWriter.Write(Parameters);
            Reader = new SealReader(Parameters);
            KeyGenerator generator = new(Parameters, random);
            secretKey = generator.CreateSecretKey();
            List<PrngSeed> seeds = [];
            publicKey = generator.CreatePublicKey(secretKey, seeds);
            Secret = SealWriter.Write(secretKey);
            Public = SealWriter.Write(publicKey, SealCompression.None, seeds[0]);
            RelinearizationKeys = generator.CreateRelinearizationKeys(secretKey);
            GaloisKeys = generator.CreateRotationKeys(secretKey, [0, 1]);
        }

        public Parameters Parameters { get; }

        public SealReader Reader { get; }

        public byte[] Parms { get; }

        public byte[] Secret { get; }

        public byte[] Public { get; }

        public RelinearizationKeys RelinearizationKeys { get; }

        public GaloisKeys GaloisKeys { get; }

        public byte[] Encrypt(double[] values, bool symmetric, SealCompression compression = SealCompression.None)
        {
            using Plaintext plaintext = Encode(Parameters, values);
            Encryptor encryptor = new(Parameters, random);
            Ciphertext ciphertext = new(Parameters);
            PrngSeed? seed = null;
            if (symmetric)
            {
                seed = encryptor.EncryptSymmetric(plaintext, secretKey, ciphertext);
            }
            else
            {
                encryptor.Encrypt(plaintext, publicKey, ciphertext);
            }

            return SealWriter.Write(ciphertext, compression, seed);
        }

        public double[] Decrypt(Ciphertext ciphertext)
        {
            using Decryptor decryptor = new(secretKey);
            return Decode(decryptor, ciphertext);
        }

        public void Dispose()
        {
            secretKey.Dispose();
            random.Dispose();
        }
    }
}
