using System.Text;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Cli.Settings;

namespace Subnet.Health.Cli.Documentation;

/// <summary>Every page of <c>docs/</c> that is written from the code.</summary>
internal static class GeneratedPages
{
    /// <summary>Path below <c>docs/</c> (forward slashes) to content.</summary>
    public static IReadOnlyDictionary<string, string> All()
    {
        SortedDictionary<string, string> pages = new(StringComparer.Ordinal)
        {
            ["cli.md"] = CommandLinePage.Text(),
            ["errors.md"] = ErrorsPage(),
            ["settings.md"] = SettingsPage(),
        };
        foreach (Type type in DocumentSchema.AllTypes)
        {
            pages.Add("json/" + DocumentSchema.FileName(type), DocumentSchema.Text(type));
        }

        return pages;
    }

    private static string ErrorsPage()
    {
        StringBuilder page = new();
        page.Append("# Errors\n\nWritten by `subnet docs docs`; a test compares it with the program.\n\n");
        page.Append("An error is one sentence on standard error: what, why, what to do next. With `--json` it is\n");
        page.Append("`{\"format\":\"subnet/error/1\",\"code\":...,\"message\":...,\"fix\":...}`. The codes are stable words.\n\n");
        page.Append("| code | exit | meaning |\n| --- | --- | --- |\n");
        foreach (ErrorCode code in ErrorCodes.All)
        {
            page.Append($"| `{code.Word}` | {(int)code.ExitCode} | {code.Meaning} |\n");
        }

        page.Append("\nExit codes: 0 done; 1 the answer is no; 2 usage; 3 could not; 70 a bug; 130 and 143 stopped by Ctrl-C and SIGTERM.\n");
        return page.ToString();
    }

    private static string SettingsPage()
    {
        StringBuilder page = new();
        page.Append("# Settings\n\nWritten by `subnet docs docs`; a test compares it with the program.\n\n");
        page.Append("A flag wins over the environment, the environment over the settings file (`subnet config path`), the file over the default.\n\n");
        page.Append("| setting | environment | default | meaning |\n| --- | --- | --- | --- |\n");
        foreach (Setting setting in SettingsCatalog.All)
        {
            string choices = setting.Choices.Count == 0 ? "" : $" One of {string.Join(", ", setting.Choices)}.";
            page.Append($"| `{setting.Key}` | `{setting.EnvironmentName}` | {(setting.Default is null ? "" : $"`{setting.Default}`")} | {setting.Description}{choices} |\n");
        }

        return page.ToString();
    }
}
