using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Crypto.Transparency.Checkpoints;

/// <summary>
/// Which logs and witnesses a verifier trusts, and how many witnesses together are enough (C2SP tlog-policy). A key counts once,
/// whatever the names it goes by.
/// </summary>
public sealed class TrustPolicy
{
    private readonly Quorum quorum;

    internal TrustPolicy(IReadOnlyList<VerifierKey> logs, IReadOnlyDictionary<string, VerifierKey> witnesses, Quorum quorum)
    {
        Logs = logs;
        Witnesses = witnesses;
        this.quorum = quorum;
    }

    /// <summary>The trusted logs' keys.</summary>
    public IReadOnlyList<VerifierKey> Logs { get; }

    /// <summary>The trusted witnesses' keys by the names that the policy gives them.</summary>
    public IReadOnlyDictionary<string, VerifierKey> Witnesses { get; }

    /// <summary>All keys whose signatures are looked at.</summary>
    public IEnumerable<VerifierKey> Keys => Logs.Concat(Witnesses.Values);

    /// <summary>Any <paramref name="threshold"/> of the given witnesses; keys given twice count once.</summary>
    /// <exception cref="TransparencyException">A key is of the wrong type, or the threshold is negative.</exception>
    public static TrustPolicy Threshold(IEnumerable<VerifierKey> logs, IEnumerable<VerifierKey> witnesses, int threshold)
    {
        ArgumentNullException.ThrowIfNull(logs);
        ArgumentNullException.ThrowIfNull(witnesses);
        VerifierKey[] logKeys = [.. logs];
        Dictionary<string, VerifierKey> named = [];
        foreach (VerifierKey witness in witnesses)
        {
            named[witness.ToString()] = witness;
        }

        if (threshold < 0 || logKeys.Any(key => key.Type != SignatureType.Ed25519) || named.Values.Any(key => key.Type != SignatureType.Cosignature))
        {
            throw new TransparencyException("logs have keys of type 0x01, witnesses of type 0x04, and a threshold is not negative");
        }

        return new TrustPolicy(logKeys, named, new Quorum(threshold, [.. named.Values.Select(key => new Quorum(key))]));
    }

    /// <summary>The same policy with one more log.</summary>
    /// <exception cref="TransparencyException">The key is of a witness.</exception>
    public TrustPolicy With(VerifierKey log)
    {
        ArgumentNullException.ThrowIfNull(log);
        return log.Type == SignatureType.Ed25519
            ? new TrustPolicy([.. Logs, log], Witnesses, quorum)
            : throw new TransparencyException("logs have keys of type 0x01");
    }

    /// <summary>Whether the key is one of the trusted logs'.</summary>
    public bool IsLog(VerifierKey key) => Logs.Contains(key);

    /// <summary>Whether the witnesses that signed are enough.</summary>
    public bool IsQuorum(IEnumerable<VerifierKey> signers)
    {
        ArgumentNullException.ThrowIfNull(signers);
        return quorum.IsMet(signers.Where(key => key.Type == SignatureType.Cosignature).Select(PublicKeyText).ToHashSet());
    }

    internal static string PublicKeyText(VerifierKey key) => Convert.ToBase64String(key.PublicKey);
}
