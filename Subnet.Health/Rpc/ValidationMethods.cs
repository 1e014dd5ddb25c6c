using Subnet.Health.Rpc.ValidationV1;

namespace Subnet.Health.Rpc;

/// <summary>The methods of <c>subnet.v1.Validation</c>.</summary>
internal static class ValidationMethods
{
    /// <summary>The service's full name, as health checks name it.</summary>
    public static string ServiceName => Service.FullName;

    /// <summary><c>Announce</c>.</summary>
    public static GrpcMethod<PlanNotice, PlanReceipt> Announce { get; } = new(Service, nameof(Announce));

    /// <summary><c>Review</c>.</summary>
    public static GrpcMethod<AuditFile, ReviewReply> Review { get; } = new(Service, nameof(Review));

    private static Google.Protobuf.Reflection.ServiceDescriptor Service => ValidationReflection.Descriptor.Services.Single();
}
