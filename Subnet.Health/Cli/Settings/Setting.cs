using System.Globalization;

namespace Subnet.Health.Cli.Settings;

/// <summary>What values a setting takes.</summary>
internal enum SettingKind
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>A whole number, not negative.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>One of a few words.</summary>
    Choice,

    /// <summary>A TCP port, 0 to 65535; 0 takes a free one.</summary>
    Port,
}

/// <summary>
/// One setting: found as a flag, else in the environment, else in the settings file, else its default.
/// </summary>
/// <param name="Key">Dotted lower-case name, such as <c>miner.port</c>.</param>
/// <param name="Kind">What values it takes.</param>
/// <param name="Default">The value when nothing names one; null when there is none.</param>
/// <param name="Description">One sentence.</param>
internal sealed record Setting(string Key, SettingKind Kind, string? Default, string Description)
{
    /// <summary>The words of a <see cref="SettingKind.Choice"/>.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary><c>miner.port</c> is <c>SUBNET_MINER__PORT</c>.</summary>
    public string EnvironmentName =>
        "SUBNET_" + Key.Replace(".", "__", StringComparison.Ordinal).Replace('-', '_').ToUpperInvariant();

    /// <summary>Why <paramref name="value"/> does not fit, or null when it does.</summary>
    public string? Problem(string value) => Kind switch
    {
        SettingKind.Number when !ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _) => "it must be a whole number",
        SettingKind.Port when !ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _) => "it must be a port, 0 to 65535",
        SettingKind.Boolean when value is not ("true" or "false") => "it must be true or false",
        SettingKind.Choice when !Choices.Contains(value, StringComparer.Ordinal) => "it must be one of " + string.Join(", ", Choices),
        _ => null,
    };
}
