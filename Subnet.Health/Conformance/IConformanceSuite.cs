namespace Subnet.Health.Conformance;

/// <summary>
/// Replays one kind of known-answer vectors from a folder. An implementation works on any folder of its schema, not only
/// on the one at hand: a file, case or operation of an unknown kind is a failure, never a skip.
/// </summary>
internal interface IConformanceSuite
{
    /// <summary>The word on the command line: <c>subnet conformance NAME FOLDER</c>.</summary>
    string Name { get; }

    /// <summary>One sentence for the help page: what is replayed and against whose answers.</summary>
    string Description { get; }

    /// <summary>Facts about the run that are neither pass nor fail, such as the active vector path; read after the run.</summary>
    IReadOnlyList<string> Notes => [];

    /// <summary>
    /// Replays every case below <paramref name="folder"/> and tells <paramref name="report"/> of each.
    /// A folder without a case of the schema leaves the report empty; the caller turns that into an error.
    /// </summary>
    void Run(string folder, ConformanceReport report, CancellationToken cancellationToken);
}
