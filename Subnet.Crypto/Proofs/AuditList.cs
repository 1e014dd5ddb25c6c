using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Subnet.Crypto.Commitments.Secp256k1;

namespace Subnet.Crypto.Proofs;

/// <summary>
/// The audits of one miner and epoch, sorted by request hash, no two equal, all of the same number of features and classes. Its root goes into the transcript, so the
/// combination of the rows that a proof is about is fixed by all answers. Immutable.
/// </summary>
public sealed class AuditList
{
    private readonly Audit[] audits;

    private AuditList(Audit[] audits)
    {
        this.audits = audits;
        Root = ComputeRoot();
    }

    /// <summary>The audits in order.</summary>
    public IReadOnlyList<Audit> Items => audits;

    /// <summary>Number of audits.</summary>
    public int Count => audits.Length;

    /// <summary>Number of features, n.</summary>
    public int FeatureCount => audits[0].FeatureCount;

    /// <summary>Number of classes, K.</summary>
    public int ClassCount => audits[0].ClassCount;

    /// <summary>H("subnet-audits/1" LF || be32 count || per audit: request || reply || master || phi hash || answers).</summary>
    public ReadOnlyMemory<byte> Root { get; }

    /// <summary>Sorts and checks; on failure <paramref name="error"/> says what is wrong.</summary>
    public static bool TryCreate(
        IEnumerable<Audit> audits, [NotNullWhen(true)] out AuditList? list, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(audits);
        Audit[] sorted = [.. audits];
        Array.Sort(sorted, (a, b) => a.Request.SequenceCompareTo(b.Request));
        list = null;
        error = sorted.Length == 0 ? "there is no audit to prove anything about" : null;
        for (int i = 1; i < sorted.Length && error is null; i++)
        {
            if (sorted[i].Request.SequenceEqual(sorted[i - 1].Request))
            {
                error = "two audits have the same request";
            }
            else if (sorted[i].FeatureCount != sorted[0].FeatureCount || sorted[i].ClassCount != sorted[0].ClassCount)
            {
                error = "the audits differ in their number of features or classes";
            }
        }

        list = error is null ? new AuditList(sorted) : null;
        return list is not null;
    }

    /// <summary>
    /// The combined form X and value Y: with g = 1, gamma, gamma², ... over audits, rows, classes in this order, X[k n + i] += g phi_i and Y += g y.
    /// </summary>
    internal (LinearForm Form, Scalar Value) Combine(in Scalar gamma)
    {
        int n = FeatureCount;
        Scalar[] form = new Scalar[n * ClassCount];
        Scalar value = Scalar.Zero;
        Scalar g = Scalar.One;
        foreach (Audit audit in audits)
        {
            for (int row = 0; row < audit.RowCount; row++)
            {
                ReadOnlySpan<long> features = audit.Row(row);
                ReadOnlySpan<long> answers = audit.Answers(row);
                for (int k = 0; k < answers.Length; k++)
                {
                    for (int i = 0; i < n; i++)
                    {
                        // Feature vectors are mostly zeros and ones, and they are public.
                        switch (features[i])
                        {
                            case 0:
                                break;
                            case 1:
                                form[(k * n) + i] += g;
                                break;
                            default:
                                form[(k * n) + i] += g * Scalar.FromInt64(features[i]);
                                break;
                        }
                    }

                    value += g * Scalar.FromInt64(answers[k]);
                    g *= gamma;
                }
            }
        }

        return (new LinearForm(form), value);
    }

    private byte[] ComputeRoot()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> count = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(count, (uint)audits.Length);
        hash.AppendData("subnet-audits/1\n"u8);
        hash.AppendData(count);
        foreach (Audit audit in audits)
        {
            hash.AppendData(audit.RootEntry());
        }

        return hash.GetHashAndReset();
    }
}
