using System.Globalization;
using Subnet.Health.Cli.Errors;

namespace Subnet.Health.Cli.Settings;

/// <summary>Finds settings: flag, else environment, else file, else default.</summary>
internal sealed class SettingsReader(CommandEnvironment environment, string file)
{
    private IReadOnlyDictionary<string, string>? fromFile;

    /// <summary>The settings file, absolute. It may not exist.</summary>
    public string FilePath { get; } = file;

    /// <summary>The value and its source; the value is null only where the setting has no default.</summary>
    /// <exception cref="CommandException">The value does not fit (<c>setting-invalid</c>).</exception>
    public SettingValue Find(Setting setting, string? flag = null)
    {
        ArgumentNullException.ThrowIfNull(setting);
        if (flag is not null)
        {
            return new SettingValue(Checked(setting, flag, "the command line"), SettingSource.Flag);
        }

        if (environment.Variable(setting.EnvironmentName) is { } variable)
        {
            return new SettingValue(Checked(setting, variable, setting.EnvironmentName), SettingSource.Environment);
        }

        fromFile ??= SettingsFile.Read(FilePath);
        return fromFile.TryGetValue(setting.Key, out string? stored)
            ? new SettingValue(stored, SettingSource.File)
            : new SettingValue(setting.Default, SettingSource.Default);
    }

    /// <summary>The value as text, or null where there is none.</summary>
    public string? Text(Setting setting, string? flag = null) => Find(setting, flag).Value;

    /// <summary>The value of a number or port that has a default.</summary>
    public long Number(Setting setting, long? flag = null) =>
        long.Parse(Find(setting, flag?.ToString(CultureInfo.InvariantCulture)).Value!, CultureInfo.InvariantCulture);

    /// <summary>The value of a boolean that has a default.</summary>
    public bool Boolean(Setting setting) => Find(setting).Value == "true";

    private static string Checked(Setting setting, string value, string where) =>
        setting.Problem(value) is { } problem
            ? throw new CommandException(
                ErrorCodes.SettingInvalid, $"The setting {setting.Key} is '{value}' ({where}), but {problem}.", "Give another value.")
            : value;
}
