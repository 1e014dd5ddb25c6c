using System.Text.Json;
using System.Text.Json.Nodes;
using Subnet.Health.Cli.Errors;

namespace Subnet.Health.Cli.Settings;

/// <summary>
/// The settings file: JSON, one object a part (<c>{"miner": {"port": "7001"}}</c> is <c>miner.port</c>). A key that is no
/// setting is refused, so that a misspelt one is found.
/// </summary>
internal static class SettingsFile
{
    private const long LargestFile = 1 << 20;

    /// <summary>Reads the file; a missing one has no settings.</summary>
    /// <exception cref="CommandException">It is not JSON, too large, or has a key or value that does not fit.</exception>
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        if (!File.Exists(path))
        {
            return values;
        }

        if (new FileInfo(path).Length > LargestFile)
        {
            throw Malformed(path, $"it is larger than {LargestFile} bytes");
        }

        try
        {
            if (JsonNode.Parse(File.ReadAllText(path)) is not JsonObject root)
            {
                throw Malformed(path, "it must be a JSON object");
            }

            Flatten(path, "", root, values);
        }
        catch (JsonException e)
        {
            throw Malformed(path, e.Message);
        }

        return values;
    }

    /// <summary>Sets or removes (null) one value. The file is replaced as a whole, so that a crash leaves the old or the new one.</summary>
    public static void Write(string path, Setting setting, string? value)
    {
        SortedDictionary<string, string> values = new(Read(path).ToDictionary(), StringComparer.Ordinal);
        if (value is null)
        {
            values.Remove(setting.Key);
        }
        else
        {
            values[setting.Key] = value;
        }

        JsonObject root = [];
        foreach ((string key, string text) in values)
        {
            string[] parts = key.Split('.');
            JsonObject place = root;
            foreach (string part in parts[..^1])
            {
                place = (JsonObject)(place[part] ??= new JsonObject());
            }

            place[parts[^1]] = text;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string temporary = path + ".new";
        File.WriteAllText(temporary, root.ToJsonString(Output.JsonText.Indented) + "\n");
        File.Move(temporary, path, overwrite: true);
    }

    private static void Flatten(string path, string prefix, JsonObject part, Dictionary<string, string> values)
    {
        foreach ((string name, JsonNode? node) in part)
        {
            string key = prefix + name;
            if (node is JsonObject inner)
            {
                Flatten(path, key + ".", inner, values);
                continue;
            }

            Setting setting = SettingsCatalog.Find(key) ?? throw Malformed(path, $"'{key}' is no setting");
            string value = node?.GetValueKind() switch
            {
                JsonValueKind.String => node.GetValue<string>(),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => node.ToJsonString(),
                _ => throw Malformed(path, $"'{key}' must be a string, a number or a boolean"),
            };
            if (setting.Problem(value) is { } problem)
            {
                throw Malformed(path, $"'{key}' is '{value}', but {problem}");
            }

            values[key] = value;
        }
    }

    private static CommandException Malformed(string path, string why) => new(
        ErrorCodes.SettingInvalid,
        $"The settings file '{path}' cannot be used: {why}.",
        "Correct it, or look at 'subnet config show' for the settings there are.");
}
