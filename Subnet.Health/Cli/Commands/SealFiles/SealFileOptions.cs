using System.CommandLine;
using System.Globalization;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;
using Subnet.Health.Cli.Errors;

namespace Subnet.Health.Cli.Commands.SealFiles;

/// <summary>What the commands on SEAL's files share: parameters, keys, compression, and errors that name the file.</summary>
internal sealed class SealFileOptions
{
    /// <summary>The file of encryption parameters.</summary>
    public Option<string> Parms { get; } = new("--parms") { Description = "SEAL's encryption parameters." };

    /// <summary>The security level to insist on.</summary>
    public Option<string> Security { get; } = SecurityOption();

    /// <summary>How to compress what is written.</summary>
    public Option<string> Compression { get; } = CompressionOption();

    /// <summary>The file to write.</summary>
    public Option<string> Output { get; } = new("--output", "-o") { Description = "The file to write; it must not exist." };

    /// <summary>An option for the security level.</summary>
    public static Option<string> SecurityOption()
    {
        Option<string> option = new("--security")
        {
            Description = "Refuse parameters below this security in bits: 128, 192, 256 or none (tests only).",
            DefaultValueFactory = _ => "128",
        };
        option.AcceptOnlyFromAmong("128", "192", "256", "none");
        return option;
    }

    /// <summary>An option for the compression.</summary>
    public static Option<string> CompressionOption()
    {
        Option<string> option = new("--compression")
        {
            Description = "How to compress what is written: none or zlib. Zstandard is read and not written.",
            DefaultValueFactory = _ => "zlib",
        };
        option.AcceptOnlyFromAmong("none", "zlib");
        return option;
    }

    /// <summary>The value of an option that must be given.</summary>
    public static string Needed(CommandContext context, Option<string> option) => context.Get(option)
        ?? throw new CommandException(ErrorCodes.Usage, $"The option {option.Name} is missing.", $"Give it: {option.Description}");

    /// <summary>The level of a value of the option.</summary>
    public static SecurityLevel Level(string? value) => value switch
    {
        "none" => SecurityLevel.None,
        null => SecurityLevel.Classical128,
        _ => (SecurityLevel)int.Parse(value, CultureInfo.InvariantCulture),
    };

    /// <summary>The compression of a value of the option.</summary>
    public static SealCompression Mode(string? value) => value == "none" ? SealCompression.None : SealCompression.Zlib;

    /// <summary>Reads the parameters that the command line names.</summary>
    public Parameters ReadParameters(CommandContext context) =>
        ReadParameters(context, Needed(context, Parms), Level(context.Get(Security)));

    /// <summary>Reads and validates parameters.</summary>
    public static Parameters ReadParameters(CommandContext context, string path, SecurityLevel security)
    {
        ParametersLiteral literal = Read(context, path, "encryption parameters", bytes => SealReader.ReadParameters(bytes, security).Value);
        return CreateParameters(literal);
    }

    /// <summary>Validates a description.</summary>
    public static Parameters CreateParameters(ParametersLiteral literal)
    {
        try
        {
            return Parameters.Create(literal);
        }
        catch (ParametersException e)
        {
            throw new CommandException(
                ErrorCodes.SealParametersInvalid, $"The parameters cannot be used: {e.Message}.", "Choose others; --security none allows tiny ones for tests.", e);
        }
    }

    /// <summary>Reads an object of a file; its bytes are wiped afterwards, since they may be a key.</summary>
    public static T Read<T>(CommandContext context, string path, string what, Func<byte[], T> read)
    {
        byte[] bytes = File.ReadAllBytes(context.ExistingFile(path));
        try
        {
            return read(bytes);
        }
        catch (SealFormatException e)
        {
            throw new CommandException(
                ErrorCodes.SealObjectInvalid,
                $"'{path}' is not valid as {what}: {e.Message}.",
                "Check the file with 'subnet seal inspect', and that the parameters are its own.",
                e);
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Carries out what the engine may refuse.</summary>
    public static T Engine<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new CommandException(
                ErrorCodes.SealOperationRefused, $"The operation cannot be carried out: {e.Message}.", "Check the objects with 'subnet seal inspect'.", e);
        }
    }
}
