using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Miner;

/// <summary>
/// What a miner may hold, part by part, and how many connections that leaves room for. Everything that a stranger can make it hold is bounded before it comes: queries by
/// their places, messages by budgets, the rest by the number of connections.
/// </summary>
internal sealed class MinerMemory
{
    // Runtime, server, stores, and garbage that is not collected yet: MinerOverloadTests holds a miner to the sum. Measured there on two cores: 110 MiB at most.
    private const long RuntimeBytes = 192L << 20;

    private const int StreamsPerConnection = 4;
    private const int BufferBytes = 64 << 10;

    // Connections that only hear that the miner is busy, or ask whether it is there.
    private const int MostSpareConnections = 512;

    // A query of a hundred kilobytes needs no second round trip; keys, which are much larger, some more.
    private const int LeastWindowBytes = 128 << 10;
    private const int MostWindowBytes = 512 << 10;

    // Each byte of a plan may be an integer of eight, held twice while its list grows, beside the message as it came.
    private const int MemoryPerPlanByte = 17;

    private const int Uploads = 16;

    private readonly MinerSettings settings;

    /// <param name="settings">Places and the bound.</param>
    /// <param name="models">The models served; at least one.</param>
    public MinerMemory(MinerSettings settings, IReadOnlyList<IServedModel> models)
    {
        this.settings = settings;
        int largestQuery = models.Max(model => model.LargestQueryBytes);
        bool takesKeys = models.Any(model => model.KeyBundleBytes > 0);

        // Who has a place holds its message, and as many may be on their way: one query per connection, as clinics and validators ask.
        int messages = (2 * (settings.Running + settings.Waiting)) + 32;
        MessageBytes = ((long)messages * InferenceEndpoint.MessageBytes(largestQuery)) + (takesKeys ? Uploads * (long)InferenceEndpoint.LargestChunkBytes : 0);
        WindowBytes = takesKeys ? MostWindowBytes : Math.Clamp(InferenceEndpoint.MessageBytes(largestQuery), LeastWindowBytes, MostWindowBytes);

        // Every admitted query may be of the hungriest model.
        long fixedBytes = RuntimeBytes
            + models.Sum(model => model.MemoryBytes.Resident)
            + (settings.Running * models.Max(model => model.MemoryBytes.PerQuery))
            + MessageBytes
            + (PlanBytes * MemoryPerPlanByte);
        long room = (settings.MemoryBytes - fixedBytes) / Server(0).BytesPerConnection;
        Connections = (int)Math.Clamp(room, messages, messages + MostSpareConnections);
        Bytes = fixedBytes + (Connections * Server(0).BytesPerConnection);
    }

    /// <summary>Memory that a process with this miner alone can take, in bytes.</summary>
    public long Bytes { get; }

    /// <summary>Queries and chunks of keys that came and are not answered, together, in bytes.</summary>
    public long MessageBytes { get; }

    /// <summary>Opened plans that came and are not answered, together, in bytes: the largest there is twice, or once with what it was compressed from.</summary>
    public static long PlanBytes => InferenceEndpoint.LargestPlanBytes * 2L;

    /// <summary>Connections at one time: twice the places and 32, and up to 512 more as far as the bound on memory allows.</summary>
    public int Connections { get; }

    private int WindowBytes { get; }

    /// <summary>How the miner listens.</summary>
    public GrpcServerHostOptions Server() => Server(Connections);

    private GrpcServerHostOptions Server(int connections) => new(settings.Endpoint)
    {
        Tls = settings.Tls,
        MaxConnections = connections,
        MaxStreamsPerConnection = StreamsPerConnection,
        StreamWindowBytes = WindowBytes,
        ConnectionWindowBytes = WindowBytes,
        BufferBytes = BufferBytes,
        DrainTime = settings.DrainTime,

        // A call holds little until its message counts against a budget, so whoever has a connection is answered.
        Calls = new GrpcServerOptions { MaxConcurrentCalls = Math.Max(1, connections * StreamsPerConnection) },
    };
}
