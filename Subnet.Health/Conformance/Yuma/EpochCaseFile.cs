using System.Globalization;
using System.Text.Json;
using Subnet.Core.Consensus;

namespace Subnet.Health.Conformance.Yuma;

/// <summary>An epoch read from a file: its name, its input, and the expected result where the file has one.</summary>
/// <param name="Name">As the file calls it.</param>
/// <param name="Input">What the epoch reads.</param>
/// <param name="Expected">The expected result; null where there is none.</param>
internal sealed record EpochCaseFile(string Name, EpochInput Input, JsonElement? Expected)
{
    /// <summary>Longest file that is read, in bytes.</summary>
    public const long MaxBytes = 256L << 20;

    /// <summary>
    /// Reads a file of vectors (kind <c>epoch</c> or <c>epoch_chain</c>), a single case of either kind, or a bare input. Of a chain
    /// the epoch is that of one step, after the steps before it were run.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="choice">Name or index of the case; null where there is only one.</param>
    /// <param name="step">Index of a chain's step; null for the last.</param>
    /// <exception cref="VectorFormatException">The file is not of that form, or there is no such case or step.</exception>
    public static EpochCaseFile Read(string path, string? choice, int? step)
    {
        using FileStream stream = File.OpenRead(path);
        if (stream.Length > MaxBytes)
        {
            throw new VectorFormatException($"the file has {stream.Length} bytes, more than {MaxBytes}");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(stream);
            return ReadCase(Choose(document.RootElement, choice), step);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The platform's reader notices text that is not UTF-8 only when the text is asked for, and says so with the latter.
            throw new VectorFormatException($"the file is not JSON: {exception.Message}", exception);
        }
        catch (ArgumentException exception)
        {
            throw new VectorFormatException(exception.Message, exception);
        }
    }

    private static JsonElement Choose(JsonElement root, string? choice)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("cases", out JsonElement list))
        {
            return choice is null ? root : throw new VectorFormatException("the file holds one epoch, so there is no case to choose");
        }

        VectorObject file = new("the file", root);
        string format = file.Text("format"), kind = file.Text("kind");
        if (format != YumaConformance.Format || kind is not ("epoch" or "epoch_chain"))
        {
            throw new VectorFormatException($"the file is of format '{format}' and kind '{kind}', not an epoch's");
        }

        JsonElement[] cases = [.. VectorObject.Elements("cases", list)];
        if (choice is null)
        {
            return cases.Length == 1 ? cases[0] : throw new VectorFormatException($"the file holds {cases.Length} cases: choose one by name or index");
        }

        foreach (JsonElement one in cases)
        {
            if (new VectorObject("a case", one).Text("name") == choice)
            {
                return one;
            }
        }

        return int.TryParse(choice, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < cases.Length
            ? cases[index]
            : throw new VectorFormatException($"the file holds no case '{choice}'; its cases are 0 to {cases.Length - 1}");
    }

    private static EpochCaseFile ReadCase(JsonElement element, int? step)
    {
        VectorObject one = new("the case", element);
        string name = one.Has("name") ? one.Text("name") : "epoch";
        if (one.Has("steps"))
        {
            return ReadStep(name, one, step);
        }

        if (step is not null)
        {
            throw new VectorFormatException("the case is no chain, so there is no step to choose");
        }

        EpochInput input = EpochCaseReader.Read(one.Has("input") ? one.Object("input") : one);
        input.Validate();
        return new(name, input, one.TakeOptional("expect")?.Clone());
    }

    private static EpochCaseFile ReadStep(string name, VectorObject chain, int? step)
    {
        JsonElement[] steps = chain.Array("steps", (_, e) => e);
        if (steps.Length == 0)
        {
            throw new VectorFormatException("the chain has no step");
        }

        int last = step ?? steps.Length - 1;
        if (last < 0 || last >= steps.Length)
        {
            throw new VectorFormatException($"the chain has the steps 0 to {steps.Length - 1}");
        }

        EpochInput state = EpochCaseReader.Read(chain.Object("initial"));
        for (int i = 0; ; i++)
        {
            VectorObject one = new($"step {i}", steps[i]);
            state = EpochCase.Enter(state, one);
            if (i == last)
            {
                state.Validate();
                return new($"{name}, step {i}", state, one.TakeOptional("expect")?.Clone());
            }

            state = EpochCase.Carry(state, YumaEpoch.Run(state));
        }
    }
}
