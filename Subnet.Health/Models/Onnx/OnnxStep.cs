using Subnet.Health.Models.Onnx.Operators;

namespace Subnet.Health.Models.Onnx;

/// <summary>A node that is ready to run.</summary>
/// <param name="Node">The node.</param>
/// <param name="Kernel">What it does.</param>
internal sealed record OnnxStep(OnnxNode Node, Kernel Kernel);
