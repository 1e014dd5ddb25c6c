using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Subnet.Crypto.Identity;

namespace Subnet.Crypto.Transparency.Notes;

/// <summary>
/// A text with signature lines (C2SP signed-note). Parsing checks the form of every line; <see cref="Verify"/> checks the signatures
/// by known keys and skips the others.
/// </summary>
public sealed class SignedNote
{
    /// <summary>Signature lines, at most.</summary>
    public const int MaximumSignatures = 100;

    /// <summary>Length of a note in bytes, at most.</summary>
    public const int MaximumBytes = 1 << 20;

    private const string LineStart = "\u2014 ";

    private SignedNote(string text, IReadOnlyList<NoteSignature> signatures)
    {
        Text = text;
        Signatures = signatures;
    }

    /// <summary>What is signed; ends in a line feed.</summary>
    public string Text { get; }

    /// <summary>The signature lines in their order.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>Reads a note.</summary>
    /// <exception cref="TransparencyException">The note is malformed.</exception>
    public static SignedNote Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaximumBytes || !Utf8.IsValid(bytes))
        {
            throw new TransparencyException("a note is UTF-8 of at most 1 MiB");
        }

        foreach (byte value in bytes)
        {
            if (value < 0x20 && value != '\n')
            {
                throw new TransparencyException("a note has no control bytes but line feeds");
            }
        }

        // The separator is the last blank line: the text may have blank lines of its own.
        int blank = bytes.LastIndexOf("\n\n"u8);
        if (blank < 0 || blank + 2 == bytes.Length || bytes[^1] != '\n')
        {
            throw new TransparencyException("a note is a text, a blank line and signature lines, the last one ended by a line feed");
        }

        string[] lines = Encoding.UTF8.GetString(bytes[(blank + 2)..^1]).Split('\n');
        if (lines.Length > MaximumSignatures)
        {
            throw new TransparencyException($"a note has at most {MaximumSignatures} signatures");
        }

        return new SignedNote(Encoding.UTF8.GetString(bytes[..(blank + 1)]), Array.ConvertAll(lines, ParseLine));
    }

    /// <summary>Reads a note from text.</summary>
    /// <exception cref="TransparencyException">The note is malformed.</exception>
    public static SignedNote Parse(string note)
    {
        ArgumentNullException.ThrowIfNull(note);
        try
        {
            return Parse(new UTF8Encoding(false, true).GetBytes(note));
        }
        catch (EncoderFallbackException)
        {
            throw new TransparencyException("a note is UTF-8 of at most 1 MiB");
        }
    }

    /// <summary>Reads a single signature line without its line feed, as a witness answers with.</summary>
    /// <exception cref="TransparencyException">The line is malformed.</exception>
    public static NoteSignature ParseLine(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        string[] parts = line.StartsWith(LineStart, StringComparison.Ordinal) ? line[LineStart.Length..].Split(' ') : [];
        if (parts.Length != 2 || !VerifierKey.IsName(parts[0]) || !StrictBase64.TryDecode(parts[1], out byte[]? bytes) || bytes.Length < 5)
        {
            throw new TransparencyException("a signature line is a dash (U+2014), a name, and base64 of key id and signature");
        }

        return new NoteSignature(parts[0], BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(4));
    }

    /// <summary>The line of a signature, without line feed.</summary>
    public static string FormatLine(NoteSignature signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        byte[] bytes = new byte[4 + signature.Bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, signature.KeyId);
        signature.Bytes.Span.CopyTo(bytes.AsSpan(4));
        return $"{LineStart}{signature.Name} {Convert.ToBase64String(bytes)}";
    }

    /// <summary>Puts a note together.</summary>
    /// <exception cref="TransparencyException">The text does not end in a line feed, or there is no signature.</exception>
    public static SignedNote Create(string text, IReadOnlyList<NoteSignature> signatures)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(signatures);
        return text.EndsWith('\n') && signatures.Count > 0
            ? Parse(new SignedNote(text, signatures).ToString())
            : throw new TransparencyException("a note's text ends in a line feed and has at least one signature");
    }

    /// <summary>
    /// The signatures by the known keys, in the order of the lines, each key once. Lines of other names or ids are skipped.
    /// </summary>
    /// <exception cref="TransparencyException">
    /// A known key's signature is bad, no known key signed, or two known keys have one name and id.
    /// </exception>
    public IReadOnlyList<VerifiedSignature> Verify(IEnumerable<VerifierKey> knownKeys)
    {
        ArgumentNullException.ThrowIfNull(knownKeys);
        Dictionary<(string, uint), VerifierKey> known = [];
        foreach (VerifierKey key in knownKeys)
        {
            if (!known.TryAdd((key.Name, key.Id), key))
            {
                throw new TransparencyException($"two known keys are both called {key.Label}");
            }
        }

        List<VerifiedSignature> verified = [];
        byte[] text = Encoding.UTF8.GetBytes(Text);
        HashSet<VerifierKey> counted = [];
        foreach (NoteSignature signature in Signatures)
        {
            if (!known.TryGetValue((signature.Name, signature.KeyId), out VerifierKey? key))
            {
                continue;
            }

            if (!TryVerify(key, signature.Bytes.Span, text, out long? time))
            {
                throw new TransparencyException($"the signature of {key.Label} is not that of this text");
            }

            if (counted.Add(key))
            {
                verified.Add(new VerifiedSignature(key, time));
            }
        }

        return verified.Count > 0 ? verified : throw new TransparencyException("no known key signed the note");
    }

    /// <summary>The note itself: text, blank line, signature lines.</summary>
    public override string ToString() => $"{Text}\n{string.Concat(Signatures.Select(signature => FormatLine(signature) + "\n"))}";

    private static bool TryVerify(VerifierKey key, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> text, out long? time)
    {
        time = null;
        if (key.Type == SignatureType.Ed25519)
        {
            return Ed25519.Verify(key.PublicKey, text, signature);
        }

        if (!CosignatureMessage.TrySplit(signature, out long seconds, out ReadOnlySpan<byte> inner))
        {
            return false;
        }

        time = seconds;
        return Ed25519.Verify(key.PublicKey, CosignatureMessage.Build(seconds, text), inner);
    }
}
