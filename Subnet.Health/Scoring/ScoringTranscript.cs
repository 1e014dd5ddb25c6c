using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.CanonicalJson;

namespace Subnet.Health.Scoring;

/// <summary>
/// One batch of organic scoring in one file: the beacon and every message in the order of the protocol, ciphertexts and opened seeds among them, and at the end a SHA-256 of
/// all before it. Whoever has it replays everything. It holds exact scores: for the drawn validators and the reviewer only.
/// </summary>
/// <remarks>
/// Bytes: "subnet-score-transcript/1" LF || be32 length || beacon in canonical JSON || be32 number of messages || each message: u8 length || domain || be32 length || statement
/// || signer 32 || signature 64 || be32 number of attachments || be32 length || attachment ... || digest 32.
/// </remarks>
/// <param name="Beacon">The beacon, as the writer's ledger had it.</param>
/// <param name="Messages">Window, batch, outputs, commitments, opened seeds, openings, public scores, faults.</param>
internal sealed record ScoringTranscript(ScoringBeacon Beacon, IReadOnlyList<ScoringMessage> Messages)
{
    private const int MaximumMessages = 100_000;
    private const int MaximumBeaconBytes = 1 << 20;

    /// <summary>Whether the digest at the end was that of all before it, where the transcript was read from bytes.</summary>
    public bool IsIntact { get; init; } = true;

    private static ReadOnlySpan<byte> Magic => "subnet-score-transcript/1\n"u8;

    /// <summary>Writes the transcript.</summary>
    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await PutAsync(Magic.ToArray()).ConfigureAwait(false);
        await PutCountedAsync(WriteBeacon()).ConfigureAwait(false);
        await PutNumberAsync(Messages.Count).ConfigureAwait(false);
        foreach (ScoringMessage message in Messages)
        {
            byte[] domain = Encoding.ASCII.GetBytes(message.Signed.Domain);
            await PutAsync(new[] { (byte)domain.Length }).ConfigureAwait(false);
            await PutAsync(domain).ConfigureAwait(false);
            await PutCountedAsync(message.Signed.Statement).ConfigureAwait(false);
            await PutAsync(message.Signed.Signer).ConfigureAwait(false);
            await PutAsync(message.Signed.Signature).ConfigureAwait(false);
            await PutNumberAsync(message.Attachments.Count).ConfigureAwait(false);
            foreach (ReadOnlyMemory<byte> attachment in message.Attachments)
            {
                await PutCountedAsync(attachment).ConfigureAwait(false);
            }
        }

        await stream.WriteAsync(hash.GetHashAndReset(), cancellationToken).ConfigureAwait(false);

        async ValueTask PutAsync(ReadOnlyMemory<byte> bytes)
        {
            hash.AppendData(bytes.Span);
            await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }

        async ValueTask PutNumberAsync(int number)
        {
            byte[] bytes = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(bytes, number);
            await PutAsync(bytes).ConfigureAwait(false);
        }

        async ValueTask PutCountedAsync(ReadOnlyMemory<byte> bytes)
        {
            await PutNumberAsync(bytes.Length).ConfigureAwait(false);
            await PutAsync(bytes).ConfigureAwait(false);
        }
    }

    /// <summary>Whether bytes begin as a transcript does.</summary>
    public static bool IsTranscript(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Magic);

    /// <summary>
    /// Reads a transcript; its messages share the memory of the bytes. A wrong digest does not keep it from being read, so that a replay can say what was changed. Whether
    /// anything holds is for <see cref="TranscriptReplay"/>.
    /// </summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out ScoringTranscript? transcript, [NotNullWhen(false)] out string? error)
    {
        transcript = null;
        int body = bytes.Length - SHA256.HashSizeInBytes;
        if (!IsTranscript(bytes.Span) || body < Magic.Length)
        {
            error = "it does not begin as a scoring transcript, or ends too early";
            return false;
        }

        bool isIntact = bytes.Span[body..].SequenceEqual(SHA256.HashData(bytes.Span[..body]));

        Cursor cursor = new(bytes[Magic.Length..body]);
        ScoringBeacon? beacon = ReadBeacon(cursor.TakeCounted(MaximumBeaconBytes));
        int count = cursor.TakeNumber(MaximumMessages);
        List<ScoringMessage> messages = [];
        for (int i = 0; i < count && !cursor.IsBroken; i++)
        {
            messages.Add(cursor.TakeMessage());
        }

        bool isWhole = !cursor.IsBroken && cursor.IsAtEnd && beacon is not null;
        error = isWhole ? null : "its parts do not fill it as they should: something was cut, changed or added";
        transcript = isWhole ? new ScoringTranscript(beacon!, messages) { IsIntact = isIntact } : null;
        return isWhole;
    }

    private byte[] WriteBeacon() => CanonicalJsonWriter.Write(new CanonicalObject
    {
        ["height"] = Beacon.Height,
        ["hash"] = Convert.ToHexStringLower(Beacon.Hash.Span),
        ["validators"] = new CanonicalList(Beacon.Validators.Select(key => (CanonicalValue)Convert.ToHexStringLower(key.Span))),
    });

    private static ScoringBeacon? ReadBeacon(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            CanonicalObject members = CanonicalJsonReader.Read(bytes.Span);
            CanonicalList? list = members.TryGet("validators", out CanonicalValue? value) ? value as CanonicalList : null;
            byte[][]? validators = list?.Select(item => Hex(item as CanonicalText)).ToArray();
            byte[] hash = Hex(members.TryGet("hash", out CanonicalValue? text) ? text as CanonicalText : null);
            return members.Count == 3 && members.IntegerOrNull("height") is { } height && height >= 0 && hash.Length == 32
                && validators is not null && validators.All(key => key.Length == 32)
                    ? new ScoringBeacon(height, hash, [.. validators.Select(key => new ReadOnlyMemory<byte>(key))])
                    : null;
        }
        catch (CanonicalJsonException)
        {
            return null;
        }
    }

    private static byte[] Hex(CanonicalText? text) =>
        text is { Value.Length: 64 } && text.Value.All(char.IsAsciiHexDigitLower) ? Convert.FromHexString(text.Value) : [];

    /// <summary>Walks the bytes; the first part that does not fit breaks it, and everything after is empty.</summary>
    private sealed class Cursor(ReadOnlyMemory<byte> rest)
    {
        public bool IsBroken { get; private set; }

        public bool IsAtEnd => rest.IsEmpty;

        public int TakeNumber(int most)
        {
            ReadOnlyMemory<byte> bytes = Take(sizeof(int));
            int number = bytes.IsEmpty ? 0 : BinaryPrimitives.ReadInt32BigEndian(bytes.Span);
            if (number < 0 || number > most)
            {
                IsBroken = true;
                return 0;
            }

            return number;
        }

        public ReadOnlyMemory<byte> TakeCounted(int most) => Take(TakeNumber(most));

        public ScoringMessage TakeMessage()
        {
            ReadOnlyMemory<byte> length = Take(1);
            string domain = Encoding.ASCII.GetString(Take(length.IsEmpty ? 0 : length.Span[0]).Span);
            ReadOnlyMemory<byte> statement = TakeCounted(SignedStatement.MaximumBytes);
            ReadOnlyMemory<byte> signer = Take(32);
            ReadOnlyMemory<byte> signature = Take(64);
            int count = TakeNumber(rest.Length / sizeof(int));
            List<ReadOnlyMemory<byte>> attachments = [];
            for (int i = 0; i < count && !IsBroken; i++)
            {
                attachments.Add(TakeCounted(int.MaxValue));
            }

            return new ScoringMessage(new SignedStatement(domain, statement, signer, signature), attachments);
        }

        private ReadOnlyMemory<byte> Take(int length)
        {
            if (IsBroken || length > rest.Length)
            {
                IsBroken = true;
                return ReadOnlyMemory<byte>.Empty;
            }

            ReadOnlyMemory<byte> taken = rest[..length];
            rest = rest[length..];
            return taken;
        }
    }
}
