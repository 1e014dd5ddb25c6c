namespace Subnet.Health.Cli.Settings;

/// <summary>Where a setting's value came from, strongest first.</summary>
internal enum SettingSource
{
    /// <summary>An option of this command line.</summary>
    Flag,

    /// <summary>An environment variable.</summary>
    Environment,

    /// <summary>The settings file.</summary>
    File,

    /// <summary>Nothing named a value.</summary>
    Default,
}

/// <summary>A setting's value and where it came from.</summary>
internal readonly record struct SettingValue(string? Value, SettingSource Source);
