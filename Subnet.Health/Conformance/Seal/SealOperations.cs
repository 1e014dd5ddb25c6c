using System.Text.Json;
using System.Text.RegularExpressions;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;
using Subnet.Health.SealFiles;

namespace Subnet.Health.Conformance.Seal;

/// <summary>Carries out what the manifest says an object is the result of, and compares.</summary>
internal sealed partial class SealOperations(SealSet set, SealEngine engine)
{
    private static readonly HashSet<string> KnownMembers = new(StringComparer.Ordinal)
    {
        "name", "in", "note", "step", "elt", "exponent", "values", "coeff", "power",
    };

    /// <summary>Carries out the operation of an object and compares: words where it is deterministic, the message else.</summary>
    public void Check(SealObject item, JsonElement op, CaseReport cases)
    {
        string name = Json.Text(op, "name");
        string label = $"{item.File} {name}";
        foreach (JsonProperty member in op.EnumerateObject())
        {
            if (!KnownMembers.Contains(member.Name))
            {
                cases.Fail(label, "an operation of the schema", $"the unknown member '{member.Name}'");
                return;
            }
        }

        switch (item.Value)
        {
            case Plaintext plaintext:
                SealPlaintextOperations.Check(set, engine, plaintext, op, label, cases);
                break;
            case Ciphertext ciphertext when name is "encrypt_pk" or "encrypt_sk":
                CheckEncryption(item, ciphertext, Inputs(op), label, cases);
                break;
            case Ciphertext when Json.Flag(item.Entry, "deterministic"):
                CheckWords(item, name, Inputs(op), label, cases);
                break;
            default:
                cases.Fail(label, "an operation of the schema", $"'{name}' on a {item.Type} that is not deterministic");
                break;
        }
    }

    [GeneratedRegex(@"\b(\w+)\s*=\s*(\w+\([\w(), ]*\))")]
    private static partial Regex Definition();

    private void CheckWords(SealObject item, string name, OperationInputs inputs, string label, CaseReport cases)
    {
        Ciphertext? result = engine.Evaluate(name, inputs);
        if (result is null)
        {
            cases.Fail(label, "an operation of the schema", $"the unknown operation '{name}'");
            return;
        }

        cases.CheckSequence<byte>(label, item.Words, SealWriter.Write(result));
    }

    /// <summary>Encryption is random: what is encrypted here with the same key must decrypt to the same message.</summary>
    private void CheckEncryption(SealObject item, Ciphertext theirs, OperationInputs inputs, string label, CaseReport cases)
    {
        Ciphertext ours = new(set.Parameters);
        if (Json.Text(item.Entry.GetProperty("op"), "name") == "encrypt_pk")
        {
            engine.Encryptor.Encrypt(inputs.NeedPlaintext, set.FindOnly<PublicKey>(), ours);
        }
        else
        {
            engine.Encryptor.EncryptSymmetric(inputs.NeedPlaintext, set.FindOnly<SecretKey>(), ours);
        }

        using SealSlots slots = new(set.Parameters, set.FindOnly<SecretKey>());
        if (set.Parameters.Scheme == Scheme.Bfv)
        {
            ulong[] clear = slots.Integers(inputs.NeedPlaintext);
            cases.CheckSequence<ulong>(label, clear, slots.DecryptIntegers(ours));
            cases.CheckSequence<ulong>($"{label} message", clear, slots.DecryptIntegers(theirs));
        }
        else
        {
            SealExpectations.CheckComplex(label, slots.Complex(inputs.NeedPlaintext), slots.DecryptComplex(ours), SealExpectations.NoiseTolerance, cases);
            SealExpectations.CheckComplex($"{label} message", slots.Complex(inputs.NeedPlaintext), slots.DecryptComplex(theirs), SealExpectations.NoiseTolerance, cases);
        }
    }

    private OperationInputs Inputs(JsonElement op) => Inputs([.. Json.Texts(op.GetProperty("in")).Select(name => Resolve(name, op))], op);

    /// <summary>Sorts objects by what they are; keys that are not named are the only ones of the set.</summary>
    private OperationInputs Inputs(IReadOnlyList<object> objects, JsonElement op) => new()
    {
        Ciphertexts = [.. objects.OfType<Ciphertext>()],
        Plaintext = objects.OfType<Plaintext>().FirstOrDefault(),
        RelinearizationKeys = objects.OfType<RelinearizationKeys>().FirstOrDefault() ?? set.TryFindOnly<RelinearizationKeys>(),
        GaloisKeys = objects.OfType<GaloisKeys>().FirstOrDefault() ?? set.TryFindOnly<GaloisKeys>(),
        Step = Number(op, "step"),
        Element = Number(op, "elt"),
        Exponent = Number(op, "exponent"),
    };

    private static int? Number(JsonElement op, string name) => op.TryGetProperty(name, out JsonElement value) ? value.GetInt32() : null;

    /// <summary>An object by name: stored, or defined by the note as the result of operations on stored ones.</summary>
    private object Resolve(string name, JsonElement op)
    {
        if (set.TryFind(name) is { } stored)
        {
            return stored;
        }

        foreach (Match definition in Definition().Matches(Json.OptionalText(op, "note") ?? ""))
        {
            if (definition.Groups[1].Value == name)
            {
                string expression = definition.Groups[2].Value;
                return Evaluate(ref expression, op);
            }
        }

        throw new KeyNotFoundException($"the set has no object '{name}', and no note says how to make it");
    }

    /// <summary>Evaluates <c>name</c> or <c>operation(argument, ...)</c> from the start of a text and takes it off.</summary>
    private object Evaluate(ref string text, JsonElement op)
    {
        string name = new([.. text.TrimStart().TakeWhile(c => char.IsLetterOrDigit(c) || c == '_')]);
        text = text.TrimStart()[name.Length..].TrimStart();
        if (!text.StartsWith('('))
        {
            return Resolve(name, op);
        }

        List<object> arguments = [];
        do
        {
            text = text[1..];
            arguments.Add(Evaluate(ref text, op));
        }
        while (text.StartsWith(','));
        text = text.StartsWith(')') ? text[1..].TrimStart() : throw new FormatException($"a ')' is missing before '{text}'");
        return engine.Evaluate(name, Inputs(arguments, op)) ?? throw new KeyNotFoundException($"the operation '{name}' is unknown");
    }
}
