using System.Buffers;

namespace Subnet.Health.Review.Entries;

/// <summary>The letters that texts of an entry are made of. None takes a space, so that free text cannot slip in.</summary>
internal static class EntryAlphabets
{
    public static SearchValues<char> Base64Url { get; } = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public static SearchValues<char> Base64 { get; } = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    public static SearchValues<char> Hex { get; } = SearchValues.Create("0123456789abcdef");

    /// <summary>Short words: outcome codes, reasons, schemes.</summary>
    public static SearchValues<char> Word { get; } = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-._");

    /// <summary>Identifiers of software, models and people's pseudonyms.</summary>
    public static SearchValues<char> Identifier { get; } =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:/@+");

    /// <summary>Verifier keys: identifiers with base64's padding.</summary>
    public static SearchValues<char> VerifierKey { get; } =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:/@+=");
}
