using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Health.Review.Serving;

/// <summary>Records that a reviewer reads entries; returns when it is durable.</summary>
/// <param name="reviewer">The reviewer's pseudonym.</param>
/// <param name="hi">Entries below this index may be read from now on.</param>
internal delegate Task RecordReview(string reviewer, long hi);

/// <summary>
/// Who may read the entries of a log, and the record of it: the first read of a reviewer, and again after a while or when the log has grown, is
/// recorded before it is answered. Tokens are kept as hashes and compared in constant time. Safe for concurrent use.
/// </summary>
/// <param name="tokens">SHA-256 of each reviewer's token, by the reviewer's pseudonym.</param>
/// <param name="record">Records a review; if it throws, nothing is shown.</param>
/// <param name="clock">The clock of how long a record stands.</param>
internal sealed class ReviewerAccess(IReadOnlyDictionary<string, byte[]> tokens, RecordReview record, TimeProvider clock)
{
    /// <summary>How long one record stands for the reads that follow it.</summary>
    public static readonly TimeSpan Session = TimeSpan.FromMinutes(15);

    private const string Scheme = "Bearer ";

    private readonly Lock gate = new();
    private readonly Dictionary<string, (long Hi, DateTimeOffset Until, Task Recorded)> sessions = new(StringComparer.Ordinal);

    /// <summary>Access with one token.</summary>
    public static ReviewerAccess Single(string token, RecordReview record, TimeProvider clock) =>
        new(new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["reviewer"] = HashOf(token) }, record, clock);

    /// <summary>The hash under which a token is kept.</summary>
    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Whether the bearer may read the entries of a tile; records it first.</summary>
    /// <param name="authorization">Value of the header or metadata <c>authorization</c>.</param>
    /// <param name="tile">The entry bundle.</param>
    /// <param name="size">Entries in the log now.</param>
    /// <exception cref="IOException">The read could not be recorded and must not be answered.</exception>
    public async Task<bool> MayReadAsync(string? authorization, TileId tile, long size)
    {
        if (ReviewerOf(authorization) is not { } reviewer)
        {
            return false;
        }

        Task recorded;
        lock (gate)
        {
            DateTimeOffset now = clock.GetUtcNow();
            long hi = Math.Min((tile.Index * TileId.FullWidth) + tile.Width, size);
            bool stands = sessions.TryGetValue(reviewer, out (long Hi, DateTimeOffset Until, Task Recorded) session)
                && session.Until >= now && session.Hi >= hi && !session.Recorded.IsFaulted;
            if (!stands)
            {
                session = (size, now + Session, record(reviewer, size));
                sessions[reviewer] = session;
            }

            recorded = session.Recorded;
        }

        await recorded.ConfigureAwait(false);
        return true;
    }

    private string? ReviewerOf(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return null;
        }

        byte[] given = HashOf(authorization[Scheme.Length..]);
        string? reviewer = null;

        // All are compared: how long it takes says nothing about which one fits.
        foreach ((string name, byte[] hash) in tokens)
        {
            reviewer = CryptographicOperations.FixedTimeEquals(given, hash) ? name : reviewer;
        }

        return reviewer;
    }
}
