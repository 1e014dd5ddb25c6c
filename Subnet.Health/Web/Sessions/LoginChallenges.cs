using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Identity;

namespace Subnet.Health.Web.Sessions;

/// <summary>
/// Challenges to sign: <c>sign in to HOST as ROLE challenge RANDOM</c>, each good once and for five minutes. The words name host and role, so a signature that a dishonest
/// server asked for is worth nothing elsewhere; the signature is one of <c>subnet wallet sign</c> (domain <c>subnet-message/1</c>), so it is never a transaction or a receipt.
/// </summary>
internal sealed class LoginChallenges(TimeProvider clock)
{
    /// <summary>Domain of the signatures; that of <c>subnet wallet sign</c>.</summary>
    public const string Domain = "subnet-message/1";

    /// <summary>Challenges at one time; the oldest gives way, so that asking for many costs nobody memory.</summary>
    public const int MaxChallenges = 1_024;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private readonly Dictionary<string, DateTimeOffset> open = new(StringComparer.Ordinal);

    /// <summary>A new challenge.</summary>
    public string Create(string host, string role)
    {
        string text = $"sign in to {host} as {role} challenge {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))}";
        lock (gate)
        {
            if (open.Count >= MaxChallenges)
            {
                open.Remove(open.MinBy(static c => c.Value).Key);
            }

            open[text] = clock.GetUtcNow() + Lifetime;
        }

        return text;
    }

    /// <summary>Uses a challenge up and says whether the signature of it is the account's.</summary>
    /// <param name="host">The host that was asked.</param>
    /// <param name="role">The role that was asked for.</param>
    /// <param name="challenge">The challenge's text.</param>
    /// <param name="publicKey">Ed25519 key of the account, 32 bytes.</param>
    /// <param name="signature">64 bytes.</param>
    public bool Redeem(string host, string role, string challenge, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(challenge);
        DateTimeOffset ends;
        lock (gate)
        {
            if (!open.Remove(challenge, out ends))
            {
                return false;
            }
        }

        return clock.GetUtcNow() < ends
            && challenge.StartsWith($"sign in to {host} as {role} challenge ", StringComparison.Ordinal)
            && DomainSignature.Verify(publicKey, Domain, Encoding.UTF8.GetBytes(challenge), signature);
    }
}
