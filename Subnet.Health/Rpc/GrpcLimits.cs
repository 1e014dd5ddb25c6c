namespace Subnet.Health.Rpc;

/// <summary>How much one call may bring. Checked before anything is allocated for it.</summary>
/// <param name="MessageBytes">Largest message, before and after expansion.</param>
/// <param name="CallBytes">Largest sum of the messages of a call, after expansion.</param>
internal sealed record GrpcLimits(int MessageBytes, long CallBytes)
{
    /// <summary>4 MiB a message as everywhere in gRPC, 64 MiB a call.</summary>
    public static GrpcLimits Default { get; } = new(4 << 20, 64L << 20);

    /// <summary>What messages of these calls and of others hold together; null where nothing bounds it.</summary>
    public MessageBudget? Budget { get; init; }
}
