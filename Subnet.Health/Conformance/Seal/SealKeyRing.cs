using Subnet.Crypto.Bfv;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;
using Subnet.Health.SealFiles;

namespace Subnet.Health.Conformance.Seal;

/// <summary>The context of a set of damaged files: its parameters and its secret key.</summary>
internal sealed class SealKeyRing : IDisposable
{
    private readonly SecretKey key;

    private SealKeyRing(Parameters parameters, SealReader reader, SecretKey key)
    {
        Parameters = parameters;
        Reader = reader;
        this.key = key;
        Slots = new SealSlots(parameters, key);
    }

    /// <summary>The parameters, which reach no security level.</summary>
    public Parameters Parameters { get; }

    /// <summary>Reads objects of these parameters.</summary>
    public SealReader Reader { get; }

    /// <summary>Decrypts.</summary>
    public SealSlots Slots { get; }

    /// <summary>The files of a set's context.</summary>
    public static string[] FileNames(string folder, string set) => [FileName(folder, $"{set}.parms", "none"), FileName(folder, $"{set}.sk", "zstd")];

    /// <summary>Reads the context.</summary>
    public static SealKeyRing Open(string folder, string set)
    {
        string[] names = FileNames(folder, set);
        Parameters parameters = Parameters.Create(
            SealReader.ReadParameters(File.ReadAllBytes(Path.Combine(folder, names[0])), SecurityLevel.None).Value);
        SealReader reader = new(parameters);
        return new SealKeyRing(parameters, reader, reader.ReadSecretKey(File.ReadAllBytes(Path.Combine(folder, names[1]))).Value);
    }

    /// <summary>Uses a loaded object as its type is used: decrypts, decodes, encrypts or switches keys with it.</summary>
    /// <returns>Whether the engine went along; else the answer says how it refused.</returns>
    public bool TryUse(object value, out string answer)
    {
        try
        {
            Use(value);
            answer = "used";
            return true;
        }
        catch (Exception e) when (CaseReport.IsRefusal(e))
        {
            answer = $"refused: {e.Message}";
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Slots.Dispose();
        key.Dispose();
    }

    // The usual compression, else whatever the folder has.
    private static string FileName(string folder, string stem, string compression) =>
        new[] { compression, "none", "zlib", "zstd" }.Select(mode => $"{stem}.{mode}.seal").FirstOrDefault(name => File.Exists(Path.Combine(folder, name)))
        ?? $"{stem}.{compression}.seal";

    private void Use(object value)
    {
        switch (value)
        {
            case Ciphertext ciphertext when Parameters.Scheme == Scheme.Bfv:
                Slots.DecryptIntegers(ciphertext);
                break;
            case Ciphertext ciphertext:
                Slots.DecryptComplex(ciphertext);
                break;
            case Plaintext { IsNttForm: true } factor when Parameters.Scheme == Scheme.Bfv:
                // Nobody decodes it; it is there to be multiplied with.
                Ciphertext ones = new(factor.Level!, 2, isNttForm: true);
                ones.Words.Fill(1);
                new BfvEvaluator(Parameters, TransparentPolicy.Allow).MultiplyPlain(ones, factor, ones);
                break;
            case Plaintext plaintext when Parameters.Scheme == Scheme.Bfv:
                Slots.Integers(plaintext);
                break;
            case Plaintext plaintext:
                Slots.Complex(plaintext);
                break;
            case ParametersLiteral literal:
                Parameters.Create(literal);
                break;
            case SecretKey other:
                using (Decryptor decryptor = new(other))
                using (Plaintext message = new())
                {
                    decryptor.Decrypt(new Ciphertext(Parameters.FirstDataLevel, 2, Parameters.Scheme == Scheme.Ckks), message);
                }

                break;
            default:
                UseEvaluationKey(value);
                break;
        }
    }

    private void UseEvaluationKey(object value)
    {
        using SealEngine engine = SealEngine.Create(Parameters);
        bool isNtt = Parameters.Scheme == Scheme.Ckks;
        Ciphertext result = new(Parameters);
        switch (value)
        {
            case PublicKey publicKey:
                engine.Encryptor.EncryptZero(Parameters.FirstDataLevel, publicKey, result);
                break;
            case RelinearizationKeys keys:
                if (keys.Find(2) is null)
                {
                    break;
                }

                Ciphertext product = new(Parameters.FirstDataLevel, 3, isNtt);
                product.Words.Fill(1);
                engine.Evaluator.Relinearize(product, keys, result);
                break;
            case GaloisKeys keys:
                if (keys.Elements.Count == 0)
                {
                    break;
                }

                Ciphertext rotated = new(Parameters.FirstDataLevel, 2, isNtt);
                rotated.Words.Fill(1);
                engine.Evaluator.ApplyGalois(rotated, keys.Elements.First(), keys, result);
                break;
            default:
                throw new InvalidOperationException($"a {value.GetType().Name} cannot be used");
        }
    }
}
