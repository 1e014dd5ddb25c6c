namespace Subnet.Health.Cli.Doctor;

/// <summary>How a check of this machine came out.</summary>
internal enum CheckStatus
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, but slower, or without something optional.</summary>
    Warning,

    /// <summary>Something will not work.</summary>
    Failed,
}

/// <summary>One line of <c>subnet doctor</c>.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Status">How it came out.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Fix">What to do; null when there is nothing to do.</param>
internal sealed record DoctorCheck(string Name, CheckStatus Status, string Detail, string? Fix = null)
{
    /// <summary>A check that came out well.</summary>
    public static DoctorCheck Good(string name, string detail) => new(name, CheckStatus.Ok, detail);
}
