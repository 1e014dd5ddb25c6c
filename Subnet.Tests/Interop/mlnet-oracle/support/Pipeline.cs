using Microsoft.ML;

namespace MlNetOracle;

/// <summary>One pipeline to be trained.</summary>
/// <param name="Name">Name of its case, in lower case.</param>
/// <param name="Task">binary, regression, multiclass or clustering.</param>
/// <param name="Make">Makes the untrained pipeline.</param>
internal sealed record Pipeline(string Name, string Task, Func<IEstimator<ITransformer>> Make);

/// <summary>A table bound to a context: what a pipeline is trained on and what it answers.</summary>
/// <param name="Train">Rows to train on.</param>
/// <param name="Test">Rows to answer.</param>
/// <param name="InputCsv">The rows to answer as the case's input.csv.</param>
/// <param name="Inputs">Name, type and table columns of every input column.</param>
/// <param name="Label">The column of the outcome, where it is a yes or no.</param>
/// <param name="EdgeRowsFrom">First row made up to be extreme.</param>
internal sealed record BoundTable(
    IDataView Train, IDataView Test, IReadOnlyList<string> InputCsv, IReadOnlyList<InputColumn> Inputs, string Label, int EdgeRowsFrom);

/// <summary>One input column in about.json.</summary>
internal sealed record InputColumn(string Name, string Type, IReadOnlyList<string> CsvColumns);
