using System.Globalization;

namespace Subnet.Health.Clinic;

/// <summary>How one request of a gateway ended, for its metrics: no patient, no event, no time of day.</summary>
/// <param name="Outcome"><c>answered</c>, or why not: words of small letters and hyphens.</param>
/// <param name="Time">From the request to its end.</param>
/// <param name="Failovers">Attempts that failed, after which another miner was asked or none was left.</param>
internal readonly record struct QueryEnd(string Outcome, TimeSpan Time, int Failovers)
{
    private const int LongestOutcome = 32;

    /// <summary>What an answered request ends with.</summary>
    public const string Answered = "answered";

    /// <summary>The outcome of a request that was not carried out.</summary>
    public static string OutcomeOf(Exception fault) => fault switch
    {
        ClinicException { Fault: ClinicFault.InputRefused } => "input-refused",
        ClinicException { Fault: ClinicFault.PolicyRefused } => "policy-refused",
        ClinicException { Fault: ClinicFault.ModelNotFound } => "model-not-found",
        ClinicException { Fault: ClinicFault.NoToken } => "no-token",
        ClinicException { Fault: ClinicFault.IssuerRefused } => "issuer-refused",
        ClinicException { Fault: ClinicFault.NoAnswer } => "no-answer",
        ClinicException { Fault: ClinicFault.Disagreement } => "disagreement",
        ClinicException { Fault: ClinicFault.StoreFailed } => "store-failed",
        OperationCanceledException => "cancelled",
        _ => "failed",
    };

    /// <summary>One line of a file, without its end.</summary>
    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{Outcome} {Time.TotalMilliseconds:0.###} {Failovers}");

    /// <summary>Reads a line; false where it is none, as after a crash in the middle of one.</summary>
    public static bool TryRead(string line, out QueryEnd end)
    {
        ArgumentNullException.ThrowIfNull(line);
        end = default;
        string[] parts = line.Split(' ');
        if (parts.Length != 3 || parts[0].Length is 0 or > LongestOutcome || !parts[0].All(static letter => char.IsAsciiLetterLower(letter) || letter == '-')
            || !double.TryParse(parts[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double milliseconds) || milliseconds > int.MaxValue
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int failovers))
        {
            return false;
        }

        end = new QueryEnd(parts[0], TimeSpan.FromMilliseconds(milliseconds), failovers);
        return true;
    }
}
