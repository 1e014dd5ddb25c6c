using System.Collections.Frozen;
using System.Reflection;

namespace Subnet.Crypto.Identity;

/// <summary>The English word list of BIP-39: 2048 words in alphabetical order, no two with the same first four letters.</summary>
internal sealed class MnemonicWordList
{
    /// <summary>Number of words; each stands for 11 bits.</summary>
    internal const int Count = 2048;

    internal const string ResourceName = "Subnet.Crypto.Identity.Resources.bip39-english.txt";

    private static readonly Lazy<MnemonicWordList> Loaded = new(Load);

    private readonly string[] words;
    private readonly FrozenDictionary<string, int> indices;

    private MnemonicWordList(string[] words)
    {
        this.words = words;
        indices = words.Select((word, index) => KeyValuePair.Create(word, index)).ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The list, read once from the assembly.</summary>
    public static MnemonicWordList English => Loaded.Value;

    /// <summary>Word number <paramref name="index"/>, 0..2047.</summary>
    public string this[int index] => words[index];

    /// <summary>The number of a word, or -1.</summary>
    public int IndexOf(string word) => indices.GetValueOrDefault(word, -1);

    private static MnemonicWordList Load()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"the assembly lacks {ResourceName}");
        using StreamReader reader = new(stream);
        string[] words = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return words.Length == Count
            ? new MnemonicWordList(words)
            : throw new InvalidOperationException($"{ResourceName} has {words.Length} words, not {Count}");
    }
}
