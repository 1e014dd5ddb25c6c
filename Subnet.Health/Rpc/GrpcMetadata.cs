using System.Buffers;
using System.Collections;

namespace Subnet.Health.Rpc;

/// <summary>
/// The metadata of one side of a call: names with text or, where the name ends in <c>-bin</c>, bytes. Order is kept, a
/// name may occur more than once. Not safe for concurrent use.
/// </summary>
internal sealed class GrpcMetadata : IReadOnlyCollection<GrpcMetadataEntry>
{
    private const string BinarySuffix = "-bin";

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz_.-");

    private readonly List<GrpcMetadataEntry> entries = [];

    /// <inheritdoc/>
    public int Count => entries.Count;

    /// <summary>Adds text.</summary>
    /// <exception cref="ArgumentException">
    /// The name is not lower-case <c>[0-9a-z_.-]+</c>, is reserved by the protocol or ends in <c>-bin</c>, or the value holds
    /// anything but printable ASCII.
    /// </exception>
    public void Add(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        CheckName(name);
        if (IsBinary(name))
        {
            throw new ArgumentException($"the value of '{name}' is bytes: use AddBinary", nameof(name));
        }

        if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new ArgumentException($"the value of '{name}' is not printable ASCII: end the name in -bin and send bytes", nameof(value));
        }

        entries.Add(new GrpcMetadataEntry(name, value, null));
    }

    /// <summary>Adds bytes under a name that ends in <c>-bin</c>.</summary>
    /// <exception cref="ArgumentException">The name does not, or is not a name, or is reserved.</exception>
    public void AddBinary(string name, ReadOnlySpan<byte> value)
    {
        CheckName(name);
        if (!IsBinary(name))
        {
            throw new ArgumentException($"bytes go under a name that ends in -bin, which '{name}' does not", nameof(name));
        }

        entries.Add(new GrpcMetadataEntry(name, null, value.ToArray()));
    }

    /// <summary>The first text of that name, or null.</summary>
    public string? Text(string name) => entries.Find(entry => entry.Name == name && entry.Text is not null)?.Text;

    /// <summary>The first bytes of that name, or null.</summary>
    public byte[]? Binary(string name) => entries.Find(entry => entry.Name == name && entry.Bytes is not null)?.Bytes;

    /// <summary>
    /// Takes a header as it came from the wire: protocol headers are left out, <c>-bin</c> values are split at commas and
    /// then decoded, with and without padding.
    /// </summary>
    /// <exception cref="FormatException">A <c>-bin</c> value is not base64.</exception>
    public void AddReceived(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        if (GrpcHeaders.IsReserved(name))
        {
            return;
        }

        string lower = name.ToLowerInvariant();
        if (!IsBinary(lower))
        {
            entries.Add(new GrpcMetadataEntry(lower, value, null));
            return;
        }

        foreach (string part in value.Split(',', StringSplitOptions.TrimEntries))
        {
            entries.Add(new GrpcMetadataEntry(lower, null, DecodeBase64(lower, part)));
        }
    }

    /// <inheritdoc/>
    public IEnumerator<GrpcMetadataEntry> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool IsBinary(string name) => name.EndsWith(BinarySuffix, StringComparison.Ordinal);

    private static void CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw new ArgumentException($"'{name}' is no metadata name: lower-case letters, digits, '_', '.' and '-' only", nameof(name));
        }

        if (GrpcHeaders.IsReserved(name) || name.StartsWith("grpc-", StringComparison.Ordinal))
        {
            throw new ArgumentException($"the name '{name}' belongs to the protocol", nameof(name));
        }
    }

    private static byte[] DecodeBase64(string name, string text)
    {
        string trimmed = text.TrimEnd('=');
        byte[] bytes = new byte[trimmed.Length * 3 / 4];
        string padded = trimmed.PadRight((trimmed.Length + 3) / 4 * 4, '=');
        return text.Length - trimmed.Length <= 2 && Convert.TryFromBase64String(padded, bytes, out int written) && written == bytes.Length
            ? bytes
            : throw new FormatException($"the value of '{name}' is not base64");
    }
}
