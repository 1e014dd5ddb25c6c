using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Settings;

namespace Subnet.Health.Cli.Commands;

/// <summary>Which witnesses a role's log waits for, from the file that the setting <c>audit.quorum</c> names.</summary>
internal static class LogQuorum
{
    /// <summary>The policy; null where the log waits for nobody.</summary>
    /// <exception cref="CommandException">The file is not there or malformed.</exception>
    public static TrustPolicy? Read(CommandContext context)
    {
        if (context.Settings.Text(SettingsCatalog.AuditQuorum) is not { } file)
        {
            return null;
        }

        try
        {
            return TrustPolicyFile.Parse(File.ReadAllBytes(context.ExistingFile(file)));
        }
        catch (TransparencyException malformed)
        {
            throw new CommandException(
                ErrorCodes.FileMalformed, $"The policy '{file}' of the setting audit.quorum cannot be read: {malformed.Message}.", "Correct the file, or unset the setting.", malformed);
        }
    }
}
