using System.CommandLine;
using Spectre.Console;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Cli.Settings;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet config show</c>: every setting, its value and where it came from.</summary>
internal sealed class ConfigShowCommand : SubnetCommand
{
    public ConfigShowCommand()
        : base("show", "Show every setting, its value and where the value came from.", new CommandExample("config show"))
    {
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ConfigShowDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        ConfigShowDocument document = new(context.Settings.FilePath, [.. SettingsCatalog.All.Select(setting => Describe(context, setting))]);
        context.Output.Document(document, console =>
        {
            Table table = new Table().AddColumns("setting", "value", "from", "environment", "meaning");
            foreach (ConfigEntry entry in document.Settings)
            {
                table.AddRow(new Text(entry.Key), new Text(entry.Value ?? ""), new Text(entry.Source.ToString().ToLowerInvariant()), new Text(entry.Environment), new Text(entry.Description));
            }

            console.Write(table);
        });
        return Task.FromResult(ExitCode.Done);
    }

    private static ConfigEntry Describe(CommandContext context, Setting setting)
    {
        SettingValue found = context.Settings.Find(setting);
        return new ConfigEntry(setting.Key, found.Value, found.Source, setting.EnvironmentName, setting.Description);
    }
}

/// <summary>The answer of <c>subnet config show</c>.</summary>
internal sealed record ConfigShowDocument(string File, IReadOnlyList<ConfigEntry> Settings) : Document(FormatName)
{
    public const string FormatName = "subnet/config-show/1";
}

/// <summary>One setting as it stands.</summary>
internal sealed record ConfigEntry(string Key, string? Value, SettingSource Source, string Environment, string Description);

/// <summary><c>subnet config get KEY</c>: the value of one setting.</summary>
internal sealed class ConfigGetCommand : SubnetCommand
{
    private readonly Argument<string> key = ConfigArguments.Key();

    public ConfigGetCommand()
        : base("get", "Print the value of one setting.", new CommandExample("config get log.level"))
    {
        Arguments.Add(key);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ConfigGetDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        Setting setting = ConfigArguments.Find(context.Get(key));
        SettingValue found = context.Settings.Find(setting);
        context.Output.Document(
            new ConfigGetDocument(setting.Key, found.Value, found.Source),
            _ => context.Output.Raw((found.Value ?? "") + "\n"));
        return Task.FromResult(ExitCode.Done);
    }
}

/// <summary>The answer of <c>subnet config get</c>.</summary>
internal sealed record ConfigGetDocument(string Key, string? Value, SettingSource Source) : Document(FormatName)
{
    public const string FormatName = "subnet/config-get/1";
}

/// <summary><c>subnet config set KEY [VALUE]</c>: writes one setting to the file, or removes it.</summary>
internal sealed class ConfigSetCommand : SubnetCommand
{
    private readonly Argument<string> key = ConfigArguments.Key();

    private readonly Argument<string?> value = new("VALUE")
    {
        Description = "The value; without one the setting is removed from the file.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public ConfigSetCommand()
        : base("set", "Write one setting to the settings file, or remove it.", new CommandExample("config set log.level information"))
    {
        Arguments.Add(key);
        Arguments.Add(value);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ConfigSetDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        Setting setting = ConfigArguments.Find(context.Get(key));
        string? text = context.Arguments.GetValue(value);
        if (text is not null && setting.Problem(text) is { } problem)
        {
            throw new CommandException(
                ErrorCodes.SettingInvalid, $"The setting {setting.Key} cannot be '{text}': {problem}.", "Give another value.");
        }

        SettingsFile.Write(context.Settings.FilePath, setting, text);
        context.Output.Document(
            new ConfigSetDocument(setting.Key, text, context.Settings.FilePath),
            _ => context.Output.Raw($"{setting.Key}: {text ?? "(removed)"}, in {context.Settings.FilePath}\n"));
        return Task.FromResult(ExitCode.Done);
    }
}

/// <summary>The answer of <c>subnet config set</c>.</summary>
internal sealed record ConfigSetDocument(string Key, string? Value, string File) : Document(FormatName)
{
    public const string FormatName = "subnet/config-set/1";
}

/// <summary><c>subnet config path</c>: where settings and state are.</summary>
internal sealed class ConfigPathCommand : SubnetCommand
{
    public ConfigPathCommand()
        : base("path", "Print the path of the settings file.", new CommandExample("config path"))
    {
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ConfigPathDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        context.Output.Document(
            new ConfigPathDocument(context.Settings.FilePath, context.Home, File.Exists(context.Settings.FilePath)),
            _ => context.Output.Raw(context.Settings.FilePath + "\n"));
        return Task.FromResult(ExitCode.Done);
    }
}

/// <summary>The answer of <c>subnet config path</c>.</summary>
internal sealed record ConfigPathDocument(string File, string Home, bool Exists) : Document(FormatName)
{
    public const string FormatName = "subnet/config-path/1";
}

/// <summary>What the config commands share.</summary>
internal static class ConfigArguments
{
    /// <summary>The argument that names a setting, completed from the catalogue.</summary>
    public static Argument<string> Key()
    {
        Argument<string> key = new("KEY") { Description = "The setting, such as log.level; 'config show' lists them." };
        key.CompletionSources.Add(_ => SettingsCatalog.All.Select(setting => new System.CommandLine.Completions.CompletionItem(setting.Key)));
        return key;
    }

    /// <summary>The setting of that key.</summary>
    /// <exception cref="CommandException">There is none (<c>setting-unknown</c>).</exception>
    public static Setting Find(string key) => SettingsCatalog.Find(key)
        ?? throw new CommandException(ErrorCodes.SettingUnknown, $"There is no setting '{key}'.", "'subnet config show' lists them.");
}
