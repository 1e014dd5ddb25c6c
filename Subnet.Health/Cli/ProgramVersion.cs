using System.Reflection;

namespace Subnet.Health.Cli;

/// <summary>What <c>subnet --version</c> prints.</summary>
internal static class ProgramVersion
{
    /// <summary>The version of messages and transcripts (<c>docs/</c>): parties with another one do not talk.</summary>
    public const int Protocol = 1;

    /// <summary>The version key that validators send with their weights: raised when scoring changes.</summary>
    public const int Weights = 1;

    /// <summary>The build: version and commit.</summary>
    public static string Build { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>All three in one line.</summary>
    public static string Line => $"subnet {Build}, protocol {Protocol}, weights {Weights}";
}
