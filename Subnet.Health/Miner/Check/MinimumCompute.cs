using System.Text.Json;

namespace Subnet.Health.Miner.Check;

/// <summary>What a miner's host must have at least, from <c>min_compute.json</c>.</summary>
/// <param name="Cores">Processor cores.</param>
/// <param name="MemoryMib">Memory that the process may use, MiB.</param>
/// <param name="DiskFreeMib">Free disk in the state folder, MiB.</param>
/// <param name="FsyncMs">The longest median time of a flush to the disk, milliseconds.</param>
/// <param name="QueryMs">The longest median time of one evaluated query, milliseconds.</param>
internal sealed record MinimumCompute(int Cores, long MemoryMib, long DiskFreeMib, double FsyncMs, double QueryMs)
{
    private const string Format = "subnet/min-compute/1";
    private const int MaxBytes = 64 * 1024;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>What holds without a file of one's own.</summary>
    public static MinimumCompute Default { get; } = new(2, 1024, 2048, 20, 20);

    /// <summary>Reads a file.</summary>
    /// <exception cref="MinerException">It is not one.</exception>
    public static MinimumCompute Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            Content content = json.Length <= MaxBytes ? JsonSerializer.Deserialize<Content>(json, Options)! : throw new JsonException("it is too long");
            bool fits = content is { Format: Format, Cores: > 0, MemoryMib: > 0, DiskFreeMib: > 0, FsyncMs: > 0, QueryMs: > 0 };
            return fits
                ? new MinimumCompute(content.Cores, content.MemoryMib, content.DiskFreeMib, content.FsyncMs, content.QueryMs)
                : throw new JsonException($"its format is {Format} and every number is above 0");
        }
        catch (JsonException fault)
        {
            throw new MinerException($"the file of minimum compute cannot be used: {fault.Message.TrimEnd('.')}.", "Compare it with min_compute.json at the top of the source.", fault);
        }
    }

    private sealed record Content(string Format, int Cores, long MemoryMib, long DiskFreeMib, double FsyncMs, double QueryMs);
}
