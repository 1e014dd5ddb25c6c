using System.Text.Json;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;
using Subnet.Health.SealFiles;

namespace Subnet.Health.Conformance.Seal;

/// <summary>Carries out what the manifest says an object is the result of, and compares.</summary>
internal sealed class SealOperations(SealSet set, SealEngine engine)
{
    private static readonly HashSet<string> KnownMembers = new(StringComparer.Ordinal)
    {
        "name", "in", "note", "step", "steps", "elt", "exponent", "values", "coeff", "power", "chain_index", "parms_id",
    };

    /// <summary>Carries out the operation of an object and compares: words where it is deterministic, the message else.</summary>
    public void Check(SealObject item, JsonElement op, CaseReport cases)
    {
        string name = Json.Text(op, "name");
        string label = $"{item.File} {name}";
        if (Json.UnknownMember(op, KnownMembers) is { } unknown)
        {
            cases.Fail(label, "an operation of the schema", $"the unknown member '{unknown}'");
            return;
        }

        switch (item.Value)
        {
            case Plaintext plaintext:
                new SealPlaintextOperations(set, engine).Check(plaintext, op, label, cases);
                break;
            case Ciphertext ciphertext when SealEncryptions.Knows(name):
                new SealEncryptions(set, engine).Check(ciphertext, name, Named(op), label, cases);
                break;
            case Ciphertext ciphertext:
                CheckResult(item, ciphertext, name, Inputs(op, ciphertext.Level), label, cases);
                break;
            default:
                cases.Fail(label, "an operation of the schema", $"'{name}' with a {item.Type} as its result");
                break;
        }
    }

    private void CheckResult(SealObject item, Ciphertext known, string name, OperationInputs inputs, string label, CaseReport cases)
    {
        Ciphertext? result = engine.Evaluate(name, inputs);
        if (result is null)
        {
            cases.Fail(label, "an operation of the schema", $"the unknown operation '{name}'");
        }
        else if (Json.Flag(item.Entry, "deterministic"))
        {
            cases.CheckSequence<byte>(label, item.Words, SealWriter.Write(result));
        }
        else
        {
            using SealSlots slots = new(set.Parameters, set.FindOnly<SecretKey>());
            SealExpectations.CheckSameMessage(label, slots, known, result, cases);
        }
    }

    private List<object> Named(JsonElement op) => [.. Json.Texts(op.GetProperty("in")).Select(name => SealNotes.Resolve(name, op, set, Evaluate))];

    private OperationInputs Inputs(JsonElement op, Level ofResult) => Inputs(Named(op), op, ofResult);

    /// <summary>Sorts objects by what they are; keys that are not named are the only ones of the set.</summary>
    private OperationInputs Inputs(IReadOnlyList<object> objects, JsonElement op, Level? ofResult)
    {
        if (objects.OfType<Plaintext>().Count() > 1)
        {
            throw new InvalidOperationException("no operation takes two plaintexts");
        }

        return new OperationInputs
        {
            Ciphertexts = [.. objects.OfType<Ciphertext>()],
            Plaintext = objects.OfType<Plaintext>().SingleOrDefault(),
            RelinearizationKeys = objects.OfType<RelinearizationKeys>().SingleOrDefault() ?? set.TryFindOnly<RelinearizationKeys>(),
            GaloisKeys = objects.OfType<GaloisKeys>().SingleOrDefault() ?? set.TryFindOnly<GaloisKeys>(),
            Step = Json.OptionalInteger(op, "step"),
            Steps = op.TryGetProperty("steps", out JsonElement steps) ? Json.Integers(steps) : null,
            Element = Json.OptionalInteger(op, "elt"),
            Exponent = Json.OptionalInteger(op, "exponent"),
            Level = TargetLevel(op) ?? ofResult,
        };
    }

    /// <summary>Carries out one call of a note.</summary>
    private Ciphertext Evaluate(string name, IReadOnlyList<object> arguments, int? number, JsonElement op)
    {
        OperationInputs inputs = Inputs(arguments, op, ofResult: null);
        if (number is { } given)
        {
            inputs = inputs with { Step = given, Exponent = given, Element = given };
        }

        return engine.Evaluate(name, inputs) ?? throw new KeyNotFoundException($"the operation '{name}' is unknown");
    }

    private Level? TargetLevel(JsonElement op)
    {
        if (Json.OptionalInteger(op, "chain_index") is { } index)
        {
            return set.Parameters.LevelAt(index);
        }

        return Json.OptionalText(op, "parms_id") is { } id
            ? set.Parameters.FindLevel(new ParametersId(Convert.FromHexString(id))) ?? throw new KeyNotFoundException($"no level has the id {id}")
            : null;
    }
}
