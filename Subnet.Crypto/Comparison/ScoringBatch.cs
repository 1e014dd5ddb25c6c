using Subnet.Crypto.Bfv;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Comparison;

/// <summary>
/// The clinic's side of one batch: a fresh key, used for this batch only, and the encryption of predictions and labels as bit planes. Disposing wipes the secret key.
/// </summary>
public sealed class ScoringBatch : IDisposable
{
    /// <summary>Patients compared in one evaluation of pairs.</summary>
    public const int PairwisePatients = 128;

    private readonly SecretKey secretKey;
    private readonly Encryptor encryptor;
    private readonly BatchEncoder encoder;

    /// <summary>Draws the batch's keys.</summary>
    public ScoringBatch(ScoringSet set, IRandomSourceFactory random)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(random);
        KeyGenerator generator = new(set.Parameters, random);
        secretKey = generator.CreateSecretKey();
        List<PrngSeed> seeds = [];
        ScoringPublicKey publicKey = ScoringPublicKey.Create(set, secretKey, random);
        Keys = new ScoringKeys(publicKey, generator.CreateRelinearizationKeys(secretKey, 1, seeds), seeds);
        Reader = new ScoreReader(set, secretKey);
        encryptor = new Encryptor(set.Parameters, random);
        encoder = new BatchEncoder(set.Parameters);
    }

    /// <summary>The set.</summary>
    public ScoringSet Set => Keys.Set;

    /// <summary>The public keys.</summary>
    public ScoringKeys Keys { get; }

    /// <summary>Decrypts outputs.</summary>
    public ScoreReader Reader { get; }

    /// <summary>Encrypts predictions, one number of <see cref="ScoringMeasure.Bits"/> bits a patient and class: patient after patient, class after class.</summary>
    /// <exception cref="ArgumentException">Too many patients (for pairs not exactly 128), or a prediction out of range.</exception>
    public IReadOnlyList<ScoringInput> EncryptPredictions(ScoringMeasure measure, ReadOnlySpan<byte> predictions)
    {
        int patients = CheckPatients(measure, predictions.Length / measure.Classes, predictions.Length % measure.Classes != 0);
        if (predictions.ContainsAnyExceptInRange((byte)0, (byte)((1 << measure.Bits) - 1)))
        {
            throw new ArgumentException($"a prediction has {measure.Bits} bits", nameof(predictions));
        }

        List<ScoringInput> planes = [];
        foreach (Func<int, int> patientOf in Layouts(measure))
        {
            for (int plane = 0; plane < measure.Classes * measure.Bits; plane++)
            {
                (int c, int bit) = Math.DivRem(plane, measure.Bits);
                byte[] bits = new byte[patients];
                for (int i = 0; i < patients; i++)
                {
                    bits[i] = (byte)((predictions[(i * measure.Classes) + c] >> bit) & 1);
                }

                planes.Add(Encrypt(bits, patientOf, invert: false));
                bits.AsSpan().Clear();
            }
        }

        return planes;
    }

    /// <summary>Encrypts labels: 0 or 1, for an argmax the number of the true class.</summary>
    /// <exception cref="ArgumentException">Too many patients (for pairs not exactly 128), or a label out of range.</exception>
    public IReadOnlyList<ScoringInput> EncryptLabels(ScoringMeasure measure, ReadOnlySpan<byte> labels)
    {
        int patients = CheckPatients(measure, labels.Length, isRagged: false);
        byte largest = measure.Kind == ScoringKind.Argmax ? (byte)(measure.Classes - 1) : (byte)1;
        if (labels.ContainsAnyExceptInRange((byte)0, largest))
        {
            throw new ArgumentException($"a label is 0 to {largest}", nameof(labels));
        }

        byte[] bits = new byte[patients];
        List<ScoringInput> planes = [];
        foreach (Func<int, int> patientOf in Layouts(measure))
        {
            for (int c = 0; c < measure.Classes; c++)
            {
                for (int i = 0; i < patients; i++)
                {
                    bits[i] = measure.Kind == ScoringKind.Argmax ? (byte)(labels[i] == c ? 1 : 0) : labels[i];
                }

                planes.Add(Encrypt(bits, patientOf, invert: planes.Count > 0 && measure.Kind == ScoringKind.Pairs));
            }
        }

        bits.AsSpan().Clear();
        return planes;
    }

    /// <summary>The secret key for a reviewer, read by <see cref="ScoringSecret.TryOpen"/>. Whoever has the bytes reads every case of the batch.</summary>
    public byte[] WriteSecret() => ScoringSecret.Write(secretKey);

    /// <summary>Wipes the secret key.</summary>
    public void Dispose()
    {
        Reader.Dispose();
        secretKey.Dispose();
    }

    private int CheckPatients(ScoringMeasure measure, int patients, bool isRagged)
    {
        ArgumentNullException.ThrowIfNull(measure);
        if (measure.Set != Set)
        {
            throw new ArgumentException($"the batch's keys are of {Set}, not of {measure}", nameof(measure));
        }

        int least = measure.Kind == ScoringKind.Pairs ? PairwisePatients : 1;
        return !isRagged && patients >= least && patients <= measure.BlockPatients
            ? patients
            : throw new ArgumentException($"{measure} takes {least} to {measure.BlockPatients} patients, not {patients}", nameof(measure));
    }

    /// <summary>Slot to patient: one a slot, or 128 i + j as patient i (A) and patient j (B).</summary>
    private static Func<int, int>[] Layouts(ScoringMeasure measure) => measure.Kind == ScoringKind.Pairs
        ? [slot => slot / PairwisePatients, slot => slot % PairwisePatients]
        : [slot => slot];

    private ScoringInput Encrypt(byte[] values, Func<int, int> patientOf, bool invert)
    {
        ulong[] slots = new ulong[encoder.SlotCount];
        for (int slot = 0; slot < slots.Length && patientOf(slot) < values.Length; slot++)
        {
            slots[slot] = invert ? 1UL - values[patientOf(slot)] : values[patientOf(slot)];
        }

        using Plaintext plaintext = new();
        encoder.Encode(slots, plaintext);
        slots.AsSpan().Clear();
        Ciphertext ciphertext = new(Set.Parameters);
        PrngSeed seed = encryptor.EncryptSymmetric(plaintext, secretKey, ciphertext);
        return new ScoringInput(Set, seed, ciphertext);
    }
}
