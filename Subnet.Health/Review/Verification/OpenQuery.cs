namespace Subnet.Health.Review.Verification;

/// <summary>A query or its result as far as the two must agree.</summary>
/// <param name="Event">The query's event.</param>
/// <param name="Index">Where the entry is.</param>
/// <param name="In">Hash of the query's bytes; zero where the entry states none.</param>
/// <param name="Model">Hash of the model card; zero where the entry states none.</param>
internal readonly record struct OpenQuery(UInt128 Event, long Index, UInt256 In, UInt256 Model);

/// <summary>A result with the query that it answers.</summary>
/// <param name="Result">The result.</param>
/// <param name="Query">The query; null where the log has none that was still open.</param>
internal readonly record struct AnsweredQuery(OpenQuery Result, OpenQuery? Query);
