using System.Reflection;

namespace Subnet.Health.Cli.Settings;

/// <summary>
/// Every setting of the program. A capability with settings of its own adds a part of this class beside its commands.
/// </summary>
internal static partial class SettingsCatalog
{
    public static readonly Setting Network =
        new("network", SettingKind.Text, "local", "The network that commands ask: a name, or the URL of a node.");

    public static readonly Setting LogLevel =
        new("log.level", SettingKind.Choice, "warning", "The least severe log entries that are kept.")
        {
            Choices = ["debug", "information", "warning", "error"],
        };

    public static readonly Setting LogFormat =
        new("log.format", SettingKind.Choice, "text", "How log entries are written: lines to read, or one JSON object a line with time, level, template and values.")
        {
            Choices = ["text", "json"],
        };

    public static readonly Setting LogFile =
        new("log.file", SettingKind.Text, null, "Where log entries go; standard error when there is none.");

    /// <summary>All settings, by key. Computed when asked for: the parts of this class are initialised in no particular order.</summary>
    public static IReadOnlyList<Setting> All =>
    [
        .. typeof(SettingsCatalog)
            .GetFields(BindingFlags.Static | BindingFlags.Public)
            .Where(member => member.FieldType == typeof(Setting))
            .Select(member => (Setting)member.GetValue(null)!)
            .OrderBy(setting => setting.Key, StringComparer.Ordinal),
    ];

    /// <summary>The setting of that key, or null.</summary>
    public static Setting? Find(string key) => All.FirstOrDefault(setting => setting.Key == key);
}
