namespace Subnet.Health.Models.Onnx;

/// <summary>
/// What is wrong at one node, without the node's name: whoever runs the graph adds it and turns this into the error of the
/// model (at load) or of the rows (at prediction).
/// </summary>
internal class OperatorException(string problem) : Exception(problem);

/// <summary>An input of a type the operator cannot take: the fault of the model, whatever the rows.</summary>
internal sealed class OperatorTypeException(string problem) : OperatorException(problem);
