namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>An operator ready to run: its attributes were read and checked. Safe for concurrent use.</summary>
/// <param name="inputs">The values of the node's inputs; null for one left out.</param>
/// <returns>The values of its outputs, at least as many as the node names.</returns>
/// <exception cref="OperatorException">The inputs do not fit.</exception>
internal delegate Tensor[] Kernel(Tensor?[] inputs);
