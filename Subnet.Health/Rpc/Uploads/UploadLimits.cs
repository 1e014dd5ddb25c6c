namespace Subnet.Health.Rpc.Uploads;

/// <summary>What uploads may take.</summary>
internal sealed record UploadLimits
{
    /// <summary>Largest upload, in bytes.</summary>
    public long UploadBytes { get; init; } = 256L << 20;

    /// <summary>All uploads together, whole and begun, in bytes, by their announced lengths.</summary>
    public long TotalBytes { get; init; } = 4L << 30;

    /// <summary>Largest chunk, in bytes.</summary>
    public int ChunkBytes { get; init; } = 1 << 20;

    /// <summary>How long a begun upload waits for its next chunk before its room is given to others.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromHours(1);
}
