using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
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
        await PutCountedAsync(WriteBeacon(Beacon)).ConfigureAwait(false);
        await PutNumberAsync(Messages.Count).ConfigureAwait(false);
        foreach (ReadOnlyMemory<byte> part in Messages.SelectMany(ScoringMessageBytes.Parts))
        {
            await PutAsync(part).ConfigureAwait(false);
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

        ScoringCursor cursor = new(bytes[Magic.Length..body]);
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

    /// <summary>The beacon in canonical JSON.</summary>
    public static byte[] WriteBeacon(ScoringBeacon beacon) => CanonicalJsonWriter.Write(new CanonicalObject
    {
        ["height"] = beacon.Height,
        ["hash"] = Convert.ToHexStringLower(beacon.Hash.Span),
        ["validators"] = new CanonicalList(beacon.Validators.Select(key => (CanonicalValue)Convert.ToHexStringLower(key.Span))),
    });

    /// <summary>Reads a beacon; null where the bytes are none.</summary>
    public static ScoringBeacon? ReadBeacon(ReadOnlyMemory<byte> bytes)
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
}
