using Subnet.Crypto.Bfv;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Rlwe;

/// <summary>Many threads share parameters, keys, evaluator, encoder, encryptor and decryptor, and get what one thread gets.</summary>
internal sealed class ConcurrencyTests
{
    private const int Threads = 8;
    private const int Rounds = 6;

    [Test]
    public void Bfv_objects_are_shared_by_threads_without_changing_a_word()
    {
        Action<Parameters, Shared, Ciphertext> work = static (parameters, shared, result) =>
        {
            BfvEvaluator evaluator = (BfvEvaluator)shared.Evaluator;
            evaluator.Multiply(shared.X, shared.Y, result);
            evaluator.Relinearize(result, shared.Relinearization, result);
            evaluator.ModSwitchToNext(result, result);
            evaluator.RotateRows(result, 3, shared.Galois, result);
            evaluator.RotateColumns(result, shared.Galois, result);
            evaluator.MultiplyPlain(result, shared.Plaintext, result);
        };
        AssertSame(() => NoiseBoundsTests.Create(1024, 65537, true, 50, 50, 50, 50), parameters => new BfvEvaluator(parameters), work);
    }

    [Test]
    public void Ckks_objects_are_shared_by_threads_without_changing_a_word()
    {
        Action<Parameters, Shared, Ciphertext> work = static (parameters, shared, result) =>
        {
            CkksEvaluator evaluator = (CkksEvaluator)shared.Evaluator;
            evaluator.Multiply(shared.X, shared.Y, result);
            evaluator.Relinearize(result, shared.Relinearization, result);
            evaluator.RescaleToNext(result, result);
            evaluator.RotateVector(result, 3, shared.Galois, result);
            evaluator.Conjugate(result, shared.Galois, result);
        };
        AssertSame(
            () => Parameters.Create(new ParametersLiteral
            {
                Scheme = Scheme.Ckks, PolyModulusDegree = 1024, CoeffModulus = CoeffModulus.Create(1024, 50, 40, 40, 50), Security = SecurityLevel.None,
            }),
            parameters => new CkksEvaluator(parameters),
            work);
    }

    // New parameters each round, so that the threads race for everything that is made when it is first asked for.
    private static void AssertSame(Func<Parameters> create, Func<Parameters, Evaluator> evaluatorOf, Action<Parameters, Shared, Ciphertext> work)
    {
        ulong[]? expected = null;
        ulong[]? message = null;
        for (int round = 0; round < Rounds; round++)
        {
            Parameters parameters = create();
            using Party party = new(parameters);
            Shared shared = new(party, evaluatorOf(parameters));
            if (round == 0)
            {
                Ciphertext alone = new(parameters);
                work(parameters, shared, alone);
                expected = alone.Words.ToArray();
                message = party.Decrypt(alone);
                continue;
            }

            (ulong[] Words, ulong[] Message)[] results = new (ulong[], ulong[])[Threads];
            using Barrier start = new(Threads);
            Thread[] threads =
            [
                .. Enumerable.Range(0, Threads).Select(i => new Thread(() =>
                {
                    Ciphertext result = new(parameters);
                    start.SignalAndWait();
                    work(parameters, shared, result);
                    results[i] = (result.Words.ToArray(), party.Decrypt(result));

                    // Encryption draws from one factory; what it gives must still be the message.
                    Ciphertext fresh = new(parameters);
                    party.Encryptor.Encrypt(shared.Plaintext, party.PublicKey, fresh);
                    _ = party.Decrypt(fresh);
                })),
            ];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
            foreach ((ulong[] words, ulong[] decrypted) in results)
            {
                Assert.That(words, Is.EqualTo(expected));
                Assert.That(decrypted, Is.EqualTo(message));
            }
        }
    }

    private sealed class Shared
    {
        public Shared(Party party, Evaluator evaluator)
        {
            Evaluator = evaluator;
            Relinearization = party.Generator.CreateRelinearizationKeys(party.SecretKey);
            Galois = party.Generator.CreateRotationKeys(party.SecretKey, [3, 0]);
            Plaintext = new Plaintext();
            if (party.Parameters.Scheme == Scheme.Bfv)
            {
                new BatchEncoder(party.Parameters).Encode([1UL, 2, 3], Plaintext);
            }
            else
            {
                new CkksEncoder(party.Parameters).Encode([0.5, 0.25], 1L << 40, Plaintext);
            }

            X = new Ciphertext(party.Parameters);
            Y = new Ciphertext(party.Parameters);
            party.Encryptor.Encrypt(Plaintext, party.PublicKey, X);
            party.Encryptor.EncryptSymmetric(Plaintext, party.SecretKey, Y);
        }

        public Evaluator Evaluator { get; }

        public RelinearizationKeys Relinearization { get; }

        public GaloisKeys Galois { get; }

        public Plaintext Plaintext { get; }

        public Ciphertext X { get; }

        public Ciphertext Y { get; }
    }
}
