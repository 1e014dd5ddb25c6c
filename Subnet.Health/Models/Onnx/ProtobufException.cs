namespace Subnet.Health.Models.Onnx;

/// <summary>Bytes that are not the protobuf message they should be.</summary>
internal sealed class ProtobufException(string problem) : Exception(problem);
