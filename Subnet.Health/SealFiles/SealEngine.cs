using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Health.SealFiles;

/// <summary>
/// The engine's operations under SEAL's names, for one parameter set: <c>add</c>, <c>multiply</c>, <c>rotate_rows</c> and so on.
/// Names may be compounds: <c>mod_switch_X</c> switches every input one level down before X, and <c>X_Y</c> goes on with the result of X
/// where Y takes one ciphertext, such as <c>multiply_relinearize_rescale</c>.
/// </summary>
internal abstract class SealEngine : IDisposable
{
    // Longer than any sensible compound; what is longer is unknown.
    private const int LongestName = 120;

    private static readonly string[] LoweringPrefixes = ["mod_switch_to_next_", "mod_switch_"];

    /// <summary>Short and other common names.</summary>
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["subtract"] = "sub",
        ["subtract_plain"] = "sub_plain",
        ["mod_switch"] = "mod_switch_to_next",
        ["rescale"] = "rescale_to_next",
        ["conjugate"] = "complex_conjugate",
    };

    private readonly RandomSourceFactory random = RandomSourceFactory.FromOperatingSystem();
    private readonly Dictionary<string, SealOperation> shared;

    protected SealEngine(Parameters parameters, Evaluator evaluator)
    {
        Parameters = parameters;
        Evaluator = evaluator;
        Encryptor = new Encryptor(parameters, random);
        KeyGenerator = new KeyGenerator(parameters, random);
        shared = new Dictionary<string, SealOperation>(StringComparer.Ordinal)
        {
            ["negate"] = SealOperation.Unary((inputs, result) => evaluator.Negate(inputs.First, result)),
            ["add"] = SealOperation.Binary((inputs, result) => evaluator.Add(inputs.First, inputs.Second, result)),
            ["sub"] = SealOperation.Binary((inputs, result) => evaluator.Subtract(inputs.First, inputs.Second, result)),
            ["add_many"] = SealOperation.OnList((inputs, result) => evaluator.AddMany(inputs.Ciphertexts, result)),
            ["relinearize"] = SealOperation.Unary((inputs, result) => evaluator.Relinearize(inputs.First, inputs.NeedRelinearizationKeys, result)),
            ["apply_galois"] = SealOperation.Unary((inputs, result) => evaluator.ApplyGalois(inputs.First, inputs.NeedElement, inputs.NeedGaloisKeys, result)),
            ["transform_to_ntt"] = SealOperation.Unary((inputs, result) => evaluator.TransformToNtt(inputs.First, result)),
            ["transform_from_ntt"] = SealOperation.Unary((inputs, result) => evaluator.TransformFromNtt(inputs.First, result)),
        };
    }

    /// <summary>The parameters.</summary>
    public Parameters Parameters { get; }

    /// <summary>The operations that both schemes share.</summary>
    public Evaluator Evaluator { get; }

    /// <summary>Encrypts with randomness of the operating system.</summary>
    public Encryptor Encryptor { get; }

    /// <summary>Makes keys with randomness of the operating system.</summary>
    public KeyGenerator KeyGenerator { get; }

    /// <summary>The names of all simple operations of this scheme.</summary>
    public IEnumerable<string> Names => shared.Keys.Concat(OfScheme.Keys).Order(StringComparer.Ordinal);

    /// <summary>The operations of this scheme alone.</summary>
    protected abstract IReadOnlyDictionary<string, SealOperation> OfScheme { get; }

    /// <summary>The engine of a parameter set. The caller disposes it.</summary>
    public static SealEngine Create(Parameters parameters) =>
        parameters.Scheme == Scheme.Bfv ? new BfvEngine(parameters) : new CkksEngine(parameters);

    /// <summary>Carries out a simple or compound operation.</summary>
    /// <returns>The result, or null if a part of the name is unknown.</returns>
    /// <exception cref="ArgumentException">The inputs do not fit the operation; one that it would not use is refused too.</exception>
    /// <exception cref="InvalidOperationException">The result would be readable by anyone, or the operation cannot go on.</exception>
    public Ciphertext? Evaluate(string name, OperationInputs inputs)
    {
        if (name.Length > LongestName)
        {
            return null;
        }

        if (Find(name) is { } operation)
        {
            Ciphertext result = new(Parameters);
            operation.Check(name, inputs);
            operation.Run(inputs, result);
            return result;
        }

        foreach (string prefix in LoweringPrefixes)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && Knows(name[prefix.Length..]))
            {
                return Evaluate(name[prefix.Length..], Lower(inputs));
            }
        }

        return Split(name) is var (start, last)
            ? Evaluate(last, inputs with { Ciphertexts = [Evaluate(start, inputs)!], Plaintext = null })
            : null;
    }

    /// <summary>Switches a plaintext in NTT form down to a level.</summary>
    public abstract void ModSwitchTo(Plaintext plaintext, Level level, Plaintext destination);

    /// <summary>Brings a plaintext into NTT form of a level.</summary>
    public abstract void TransformToNtt(Plaintext plaintext, Level level, Plaintext destination);

    /// <inheritdoc/>
    public void Dispose() => random.Dispose();

    /// <summary>Switches a ciphertext down to a level without changing its message.</summary>
    protected abstract void ModSwitchTo(Ciphertext ciphertext, Level level, Ciphertext destination);

    /// <summary>Rotates by several steps at once and keeps the one that was asked for.</summary>
    protected static void RotateMany(
        OperationInputs inputs, Ciphertext result, Action<Ciphertext, IReadOnlyList<int>, GaloisKeys, IReadOnlyList<Ciphertext>> rotate)
    {
        int[] steps = inputs.Steps is { } given ? [.. given] : [inputs.NeedStep];
        int wanted = Array.IndexOf(steps, inputs.NeedStep);
        if (wanted < 0)
        {
            throw new ArgumentException($"the step {inputs.NeedStep} is none of the {steps.Length} steps that are made together");
        }

        Ciphertext[] results = [.. steps.Select((_, i) => i == wanted ? result : new Ciphertext(inputs.First.Level.Parameters))];
        rotate(inputs.First, steps, inputs.NeedGaloisKeys, results);
    }

    private SealOperation? Find(string name)
    {
        string full = Aliases.GetValueOrDefault(name, name);
        return shared.GetValueOrDefault(full) ?? OfScheme.GetValueOrDefault(full);
    }

    private bool Knows(string name) =>
        Find(name) is not null
        || Array.Exists(LoweringPrefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal) && Knows(name[prefix.Length..]))
        || Split(name) is not null;

    /// <summary>A compound as its first part and one operation on the result; null if there is no way to read it as one.</summary>
    private (string Start, string Last)? Split(string name)
    {
        for (int at = name.IndexOf('_', StringComparison.Ordinal); at >= 0; at = name.IndexOf('_', at + 1))
        {
            if (Find(name[(at + 1)..]) is { IsUnary: true } && Knows(name[..at]))
            {
                return (name[..at], name[(at + 1)..]);
            }
        }

        return null;
    }

    // A plaintext in coefficient form belongs to no level.
    private OperationInputs Lower(OperationInputs inputs)
    {
        Plaintext? plaintext = inputs.Plaintext;
        if (plaintext?.Level is { } level)
        {
            plaintext = new Plaintext();
            ModSwitchTo(inputs.Plaintext!, Below(level), plaintext);
        }

        return inputs with { Ciphertexts = [.. inputs.Ciphertexts.Select(Lower)], Plaintext = plaintext };
    }

    private Ciphertext Lower(Ciphertext ciphertext)
    {
        Ciphertext lower = new(Parameters);
        ModSwitchTo(ciphertext, Below(ciphertext.Level), lower);
        return lower;
    }

    private static Level Below(Level level) => level.Next ?? throw new InvalidOperationException($"{level} is the last one; there is no lower level");
}
