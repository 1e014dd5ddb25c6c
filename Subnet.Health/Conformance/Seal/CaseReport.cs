using System.Text.Json;
using Subnet.Crypto.Seal;

namespace Subnet.Health.Conformance.Seal;

/// <summary>The report of one folder: cases are named by the folder, and what a broken file raises becomes a failure of its case.</summary>
internal sealed class CaseReport(ConformanceReport report, string prefix)
{
    /// <summary>Counts a case that came out as expected.</summary>
    public void Pass(string name) => report.Pass(prefix + name);

    /// <summary>Records a case that did not.</summary>
    public void Fail(string name, string expected, string actual) => report.Fail(prefix + name, expected, actual);

    /// <summary>Passes if the condition holds.</summary>
    public void Check(string name, bool holds, string expected, string actual)
    {
        if (holds)
        {
            Pass(name);
        }
        else
        {
            Fail(name, expected, actual);
        }
    }

    /// <summary>Passes if the values are equal.</summary>
    public void Check<T>(string name, T expected, T actual) =>
        Check(name, EqualityComparer<T>.Default.Equals(expected, actual), $"{expected}", $"{actual}");

    /// <summary>Passes if the sequences are equal; names the first difference else.</summary>
    public void CheckSequence<T>(string name, ReadOnlySpan<T> expected, ReadOnlySpan<T> actual)
        where T : IEquatable<T>
    {
        int same = expected.CommonPrefixLength(actual);
        if (same == expected.Length && same == actual.Length)
        {
            Pass(name);
        }
        else
        {
            Fail(name, Describe(expected, same), Describe(actual, same));
        }
    }

    /// <summary>Passes if an element of a manifest has only members of the schema; else names the first other one.</summary>
    public void CheckMembers(string name, JsonElement element, IReadOnlySet<string> known)
    {
        if (Json.UnknownMember(element, known) is { } unknown)
        {
            Fail(name, "members of the schema", $"the unknown member '{unknown}'");
        }
    }

    /// <summary>
    /// Carries out a case; whatever bad or missing vectors, a refusal of the engine or a mistake in it raise is a failure of this case, and the
    /// others go on.
    /// </summary>
    public void Guard(string name, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Fail(name, "an answer", $"{e.GetType().Name}: {e.Message}");
        }
    }

    /// <summary>Whether an exception is how the engine says no.</summary>
    public static bool IsRefusal(Exception e) =>
        e is SealFormatException or ArgumentException or InvalidOperationException or NotSupportedException;

    private static string Describe<T>(ReadOnlySpan<T> values, int at) =>
        at < values.Length ? $"{values[at]} at position {at} of {values.Length}" : $"an end after {values.Length}";
}
