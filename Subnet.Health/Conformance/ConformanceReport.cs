namespace Subnet.Health.Conformance;

/// <summary>Collects the outcome of each replayed case. Not safe for concurrent use.</summary>
internal sealed class ConformanceReport
{
    private readonly List<ConformanceFailure> failures = [];
    private readonly List<ConformanceSkip> skips = [];

    /// <summary>Number of cases whose answer came out as expected.</summary>
    public int Passed { get; private set; }

    /// <summary>Cases with a wrong answer, in the order they were met.</summary>
    public IReadOnlyList<ConformanceFailure> Failures => failures;

    /// <summary>Cases that were not replayed, each with its reason.</summary>
    public IReadOnlyList<ConformanceSkip> Skips => skips;

    /// <summary>Whether no case at all was met.</summary>
    public bool IsEmpty => Passed == 0 && failures.Count == 0 && skips.Count == 0;

    /// <summary>Raised after each case, for progress.</summary>
    public event Action<ConformanceReport>? CaseFinished;

    /// <summary>Counts a case that came out as expected.</summary>
    public void Pass(string caseId)
    {
        ArgumentException.ThrowIfNullOrEmpty(caseId);
        Passed++;
        CaseFinished?.Invoke(this);
    }

    /// <summary>Records a case that did not.</summary>
    public void Fail(string caseId, string expected, string actual)
    {
        ArgumentException.ThrowIfNullOrEmpty(caseId);
        failures.Add(new ConformanceFailure(caseId, expected, actual));
        CaseFinished?.Invoke(this);
    }

    /// <summary>Records a case that was not replayed.</summary>
    public void Skip(string caseId, string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(caseId);
        ArgumentException.ThrowIfNullOrEmpty(reason);
        skips.Add(new ConformanceSkip(caseId, reason));
        CaseFinished?.Invoke(this);
    }

    /// <summary>Adds what another report collected, in its order.</summary>
    public void Add(ConformanceReport other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Passed += other.Passed;
        failures.AddRange(other.failures);
        skips.AddRange(other.skips);
        CaseFinished?.Invoke(this);
    }

    /// <summary>Passes the case if the two texts are equal, else records the difference.</summary>
    public void Check(string caseId, string expected, string actual)
    {
        if (string.Equals(expected, actual, StringComparison.Ordinal))
        {
            Pass(caseId);
        }
        else
        {
            Fail(caseId, expected, actual);
        }
    }

    /// <summary>The closing line: <c>N passed, N failed, N skipped</c>.</summary>
    public string Summary => $"{Passed} passed, {failures.Count} failed, {skips.Count} skipped";
}

/// <summary>A case with a wrong answer.</summary>
/// <param name="Case">File and id of the case.</param>
/// <param name="Expected">What the vector says.</param>
/// <param name="Actual">What came.</param>
internal sealed record ConformanceFailure(string Case, string Expected, string Actual);

/// <summary>A case that was not replayed.</summary>
/// <param name="Case">File and id of the case.</param>
/// <param name="Reason">Why not.</param>
internal sealed record ConformanceSkip(string Case, string Reason);
