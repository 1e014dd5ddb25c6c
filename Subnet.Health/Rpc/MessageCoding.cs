using System.Buffers;
using System.IO.Compression;

namespace Subnet.Health.Rpc;

/// <summary>
/// A compression of single messages: <c>gzip</c> is the gzip container, <c>deflate</c> the zlib container. Compression
/// beside a secret tells its length; ciphertexts do not compress. So it is off unless asked for.
/// </summary>
internal sealed class MessageCoding
{
    /// <summary>The value of <c>grpc-accept-encoding</c>.</summary>
    public const string Accepted = "identity,gzip,deflate";

    private const int FirstBuffer = 16 * 1024;

    private readonly Func<Stream, Stream> compress;
    private readonly Func<Stream, Stream> expand;

    private MessageCoding(string name, Func<Stream, Stream> compress, Func<Stream, Stream> expand)
    {
        Name = name;
        this.compress = compress;
        this.expand = expand;
    }

    /// <summary>The gzip container (RFC 1952).</summary>
    public static MessageCoding Gzip { get; } = new(
        "gzip", to => new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true), from => new GZipStream(from, CompressionMode.Decompress));

    /// <summary>The zlib container (RFC 1950), which gRPC calls deflate.</summary>
    public static MessageCoding Deflate { get; } = new(
        "deflate", to => new ZLibStream(to, CompressionLevel.Fastest, leaveOpen: true), from => new ZLibStream(from, CompressionMode.Decompress));

    /// <summary>The word of <c>grpc-encoding</c>.</summary>
    public string Name { get; }

    /// <summary>Finds a coding; false when the name is unknown. Absent and <c>identity</c> are found as null.</summary>
    public static bool TryFind(string? name, out MessageCoding? coding)
    {
        coding = name switch
        {
            "gzip" => Gzip,
            "deflate" => Deflate,
            _ => null,
        };
        return coding is not null || name is null or "" or "identity";
    }

    /// <summary>Whether a comma list of <c>grpc-accept-encoding</c> names this coding.</summary>
    public bool IsIn(string? list) => list is not null && list.Split(',', StringSplitOptions.TrimEntries).Contains(Name, StringComparer.Ordinal);

    /// <summary>Compresses a message.</summary>
    public ReadOnlyMemory<byte> Compress(ReadOnlySpan<byte> message)
    {
        MemoryStream output = new();
        using (Stream stream = compress(output))
        {
            stream.Write(message);
        }

        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    /// <summary>
    /// Expands a message into a rented buffer, never past <paramref name="limit"/> bytes; the caller returns the buffer to
    /// <see cref="ArrayPool{T}.Shared"/>.
    /// </summary>
    /// <exception cref="GrpcException">RESOURCE_EXHAUSTED past the limit; INTERNAL when it is not compressed data.</exception>
    public (byte[] Buffer, int Length) Expand(ReadOnlySequence<byte> compressed, int limit)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        int length = 0;
        try
        {
            using Stream stream = expand(new MemoryStream(compressed.ToArray(), writable: false));
            while (true)
            {
                int read = stream.Read(buffer, length, buffer.Length - length);
                if (read == 0)
                {
                    return (buffer, length);
                }

                length += read;
                if (length > limit)
                {
                    throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"A compressed message expands beyond the limit of {limit} bytes.");
                }

                if (length == buffer.Length)
                {
                    byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        catch (Exception exception)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (exception is InvalidDataException)
            {
                throw new GrpcException(new GrpcStatus(GrpcStatusCode.Internal, $"A message marked as compressed is not {Name}."), inner: exception);
            }

            throw;
        }
    }
}
