using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Subnet.Health.Review.Entries;

/// <summary>
/// The name a patient goes by in one log for one calendar quarter (design/audit-log.md section 6.1): a keyed hash into which nothing of
/// the patient goes but a random key that the clinic keeps. Destroying the key cuts every entry loose from the person.
/// </summary>
internal static class PatientPseudonym
{
    /// <summary>Length of a patient's key in bytes.</summary>
    public const int KeyBytes = 32;

    /// <summary>What a pseudonym starts with.</summary>
    public const string Prefix = "s1:";

    /// <summary>Letters of a pseudonym: the prefix and 43 of base64url.</summary>
    public const int Length = 46;

    /// <summary>The pseudonym for an epoch such as <c>2026Q1</c> in the log of that origin.</summary>
    /// <exception cref="ArgumentException">The key is not 32 bytes, or origin or epoch is malformed.</exception>
    public static string Compute(ReadOnlySpan<byte> key, string origin, string epoch)
    {
        ArgumentException.ThrowIfNullOrEmpty(origin);
        if (key.Length != KeyBytes)
        {
            throw new ArgumentException($"a patient's key has {KeyBytes} bytes, not {key.Length}", nameof(key));
        }

        if (origin.Contains('\n') || !IsEpoch(epoch))
        {
            throw new ArgumentException("an origin is one line, an epoch a year and a quarter such as 2026Q1", nameof(epoch));
        }

        byte[] mac = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"audit-subject/1\n{origin}\n{epoch}\n"));
        return Prefix + Base64Url.EncodeToString(mac);
    }

    /// <summary>The quarter of a time, in UTC.</summary>
    public static string EpochOf(DateTimeOffset time)
    {
        DateTime utc = time.UtcDateTime;
        return string.Create(CultureInfo.InvariantCulture, $"{utc.Year:D4}Q{((utc.Month - 1) / 3) + 1}");
    }

    /// <summary>Whether a text has the form of a pseudonym.</summary>
    public static bool IsPseudonym(string text) =>
        text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal) && text.AsSpan(3).IndexOfAnyExcept(EntryAlphabets.Base64Url) < 0;

    private static bool IsEpoch(string? epoch) =>
        epoch is { Length: 6 } && epoch.AsSpan(0, 4).IndexOfAnyExceptInRange('0', '9') < 0 && epoch[4] == 'Q' && epoch[5] is >= '1' and <= '4';
}
