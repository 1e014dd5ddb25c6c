using Subnet.Crypto.Bfv;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Comparison;

/// <summary>
/// The clinic's side of one batch: a fresh key, used for this batch only, and the encryption of predictions and labels as bit planes. Disposing wipes the secret key.
/// </summary>
public sealed class ScoringBatch : IDisposable
{
    /// <summary>Patients compared in a pairwise batch.</summary>
    public const int PairwisePatients = 128;

    private readonly SecretKey secretKey;
    private readonly Encryptor encryptor;
    private readonly BatchEncoder encoder;

    /// <summary>Draws the batch's keys.</summary>
    public ScoringBatch(ScoringSet set, IRandomSourceFactory random)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(random);
        Set = set;
        KeyGenerator generator = new(set.Parameters, random);
        secretKey = generator.CreateSecretKey();
        PublicKey = ScoringPublicKey.Create(set, secretKey, random);
        RelinearizationKeys = generator.CreateRelinearizationKeys(secretKey);
        Reader = new ScoreReader(set, secretKey);
        encryptor = new Encryptor(set.Parameters, random);
        encoder = new BatchEncoder(set.Parameters);
    }

    /// <summary>The set.</summary>
    public ScoringSet Set { get; }

    /// <summary>The public key.</summary>
    public ScoringPublicKey PublicKey { get; }

    /// <summary>The relinearisation keys.</summary>
    public RelinearizationKeys RelinearizationKeys { get; }

    /// <summary>Decrypts outputs.</summary>
    public ScoreReader Reader { get; }

    /// <summary>Encrypts predictions of up to 8 bits and labels for a squared error; unused slots are zero in every plane.</summary>
    /// <exception cref="ArgumentException">Unequal or too many patients, or a prediction or label out of range.</exception>
    public ScoringInputs EncryptForSquaredError(ReadOnlySpan<byte> predictions, ReadOnlySpan<byte> labels, int bits = 8)
    {
        Check(predictions, labels, bits, encoder.SlotCount);
        byte[] p = predictions.ToArray();
        byte[] y = labels.ToArray();
        return ScoringInputs.ForSquaredError(Planes(p, bits, slot => slot), Encrypt(y, slot => slot, invert: false));
    }

    /// <summary>Encrypts 128 predictions of up to 7 bits and labels in both layouts.</summary>
    /// <exception cref="ArgumentException">Another number of patients, or a prediction or label out of range.</exception>
    public ScoringInputs EncryptForPairs(ReadOnlySpan<byte> predictions, ReadOnlySpan<byte> labels, int bits)
    {
        Check(predictions, labels, bits, PairwisePatients);
        if (predictions.Length != PairwisePatients)
        {
            throw new ArgumentException($"pairs are made of {PairwisePatients} patients, not {predictions.Length}", nameof(predictions));
        }

        byte[] p = predictions.ToArray();
        byte[] y = labels.ToArray();
        static int RowPatient(int slot) => slot / PairwisePatients;
        static int ColumnPatient(int slot) => slot % PairwisePatients;
        return ScoringInputs.ForPairs(
            Planes(p, bits, RowPatient), Encrypt(y, RowPatient, invert: false), Planes(p, bits, ColumnPatient), Encrypt(y, ColumnPatient, invert: true));
    }

    /// <summary>Wipes the secret key.</summary>
    public void Dispose()
    {
        Reader.Dispose();
        secretKey.Dispose();
    }

    private static void Check(ReadOnlySpan<byte> predictions, ReadOnlySpan<byte> labels, int bits, int most)
    {
        if (predictions.Length != labels.Length || predictions.IsEmpty || predictions.Length > most)
        {
            throw new ArgumentException($"there are 1 to {most} patients with a label each, not {predictions.Length} and {labels.Length}");
        }

        if (bits is < 1 or > 8 || predictions.ContainsAnyExceptInRange((byte)0, (byte)((1 << bits) - 1)) || labels.ContainsAnyExceptInRange((byte)0, (byte)1))
        {
            throw new ArgumentException($"a prediction has {bits} of 1 to 8 bits, and a label is 0 or 1");
        }
    }

    private Ciphertext[] Planes(byte[] predictions, int bits, Func<int, int> patient) =>
        [.. Enumerable.Range(0, bits).Select(bit => Encrypt([.. predictions.Select(p => (byte)((p >> bit) & 1))], patient, invert: false))];

    private Ciphertext Encrypt(byte[] values, Func<int, int> patient, bool invert)
    {
        ulong[] slots = new ulong[encoder.SlotCount];
        for (int slot = 0; slot < slots.Length && patient(slot) < values.Length; slot++)
        {
            slots[slot] = invert ? 1UL - values[patient(slot)] : values[patient(slot)];
        }

        using Plaintext plaintext = new();
        encoder.Encode(slots, plaintext);
        slots.AsSpan().Clear();
        Ciphertext ciphertext = new(Set.Parameters);
        encryptor.EncryptSymmetric(plaintext, secretKey, ciphertext);
        return ciphertext;
    }
}
