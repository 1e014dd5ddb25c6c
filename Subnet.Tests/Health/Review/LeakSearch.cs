using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Subnet.Crypto.CanonicalJson;

namespace Subnet.Tests.Health.Review;

/// <summary>Looks for values of patients in the bytes of logs: as they are, as words of other texts, and as guessable hashes.</summary>
internal sealed partial class LeakSearch
{
    // Counters, sizes and times are numbers of the log itself; everything else is searched.
    private static readonly HashSet<string> OwnNumbers = ["v", "seq", "bytes", "count", "time", "from", "to", "lo", "hi", "size"];

    private const int RandomLength = 40;

    private readonly string text;
    private readonly HashSet<string> words;

    /// <param name="entries">Entries of the logs.</param>
    /// <param name="bytes">All bytes of their files.</param>
    public LeakSearch(IEnumerable<CanonicalObject> entries, byte[] bytes)
    {
        // Among thousands of random signs a name of six letters would be found by chance, now and then.
        text = RandomSigns().Replace(Encoding.Latin1.GetString(bytes), " ").ToUpperInvariant();
        words = new HashSet<string>(entries.SelectMany(entry => Texts(entry)).SelectMany(WordsOf), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Words that the log has whatever it is asked: found by a query of a made-up patient.</summary>
    public IReadOnlySet<string> Words => words;

    /// <summary>The values that are in the logs, with how; none for a log that keeps its promise.</summary>
    /// <param name="values">What is known of the patient.</param>
    /// <param name="own">Words of the log itself.</param>
    public IReadOnlyList<string> Find(IEnumerable<string> values, IReadOnlySet<string> own)
    {
        List<string> found = [];
        foreach (string value in values.Where(value => value.Length > 0).Distinct(StringComparer.Ordinal))
        {
            foreach (string word in WordsOf(value).Where(word => words.Contains(word) && !own.Contains(word)))
            {
                found.Add($"'{word}' of '{value}' as a word");
            }

            // Digits and letters up to f occur in any hash; a value that cannot be part of one is looked for anywhere.
            if (value.Length >= 6 && NotInHash().IsMatch(value) && text.Contains(value.ToUpperInvariant(), StringComparison.Ordinal) && !own.Contains(value))
            {
                found.Add($"'{value}' in the bytes");
            }

            byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(value));
            if (text.Contains(Convert.ToHexString(hash), StringComparison.Ordinal) || words.Contains(Convert.ToBase64String(hash)))
            {
                found.Add($"the hash of '{value}'");
            }
        }

        return found;
    }

    /// <summary>Every value of a JSON document: texts and numbers as they are written.</summary>
    public static IEnumerable<string> ValuesOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => ValuesOf(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(ValuesOf),
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Number => [element.GetRawText()],
        _ => [],
    };

    /// <summary>Keys, signatures and pseudonyms are random and one word each: their signs would cut them into short ones that mean nothing.</summary>
    private static IEnumerable<string> WordsOf(string value) =>
        value.Length >= RandomLength && !value.Contains(' ', StringComparison.Ordinal) ? [value] : Word().Matches(value).Select(match => match.Value);

    private static IEnumerable<string> Texts(CanonicalValue value, string name = "") => value switch
    {
        CanonicalObject members => members.SelectMany(member => Texts(member.Value, member.Key)),
        CanonicalList list => list.SelectMany(item => Texts(item, name)),
        CanonicalText single when !OwnNumbers.Contains(name) => [single.Value],
        CanonicalInteger number when !OwnNumbers.Contains(name) => [number.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)],
        _ => [],
    };

    /// <summary>Signatures, keys and hashes in base64.</summary>
    [GeneratedRegex("[A-Za-z0-9+/]{40,}={0,2}")]
    private static partial Regex RandomSigns();

    [GeneratedRegex(@"[\p{L}\p{N}.]+")]
    private static partial Regex Word();

    [GeneratedRegex("[^0-9A-Fa-f]")]
    private static partial Regex NotInHash();
}
