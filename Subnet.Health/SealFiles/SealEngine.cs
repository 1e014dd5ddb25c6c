using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Health.SealFiles;

/// <summary>
/// The engine's operations under SEAL's names, for one parameter set: <c>add</c>, <c>multiply</c>, <c>rotate_rows</c> and so on.
/// Names may be compounds: <c>mod_switch_X</c> switches every ciphertext one level down before X, <c>X_relinearize</c> relinearizes
/// after X, <c>X_rescale</c> rescales.
/// </summary>
internal abstract class SealEngine : IDisposable
{
    private const string ModSwitchPrefix = "mod_switch_";

    private static readonly (string Suffix, string Step)[] Suffixes =
        [("_relinearize", "relinearize"), ("_rescale_to_next", "rescale_to_next"), ("_rescale", "rescale_to_next")];

    private readonly RandomSourceFactory random = RandomSourceFactory.FromOperatingSystem();

    protected SealEngine(Parameters parameters, Evaluator evaluator)
    {
        Parameters = parameters;
        Evaluator = evaluator;
        Encryptor = new Encryptor(parameters, random);
        KeyGenerator = new KeyGenerator(parameters, random);
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
    public IEnumerable<string> Names => Shared.Keys.Concat(OfScheme.Keys).Append("mod_switch_to_last").Order(StringComparer.Ordinal);

    /// <summary>The operations of this scheme alone.</summary>
    protected abstract IReadOnlyDictionary<string, Action<OperationInputs, Ciphertext>> OfScheme { get; }

    private Dictionary<string, Action<OperationInputs, Ciphertext>> Shared => new(StringComparer.Ordinal)
    {
        ["negate"] = (inputs, result) => Evaluator.Negate(inputs.First, result),
        ["add"] = (inputs, result) => Evaluator.Add(inputs.First, inputs.Second, result),
        ["sub"] = (inputs, result) => Evaluator.Subtract(inputs.First, inputs.Second, result),
        ["add_many"] = (inputs, result) => Evaluator.AddMany(inputs.Ciphertexts, result),
        ["relinearize"] = (inputs, result) => Evaluator.Relinearize(inputs.First, inputs.NeedRelinearizationKeys, result),
        ["apply_galois"] = (inputs, result) => Evaluator.ApplyGalois(inputs.First, inputs.NeedElement, inputs.NeedGaloisKeys, result),
        ["transform_to_ntt"] = (inputs, result) => Evaluator.TransformToNtt(inputs.First, result),
        ["transform_from_ntt"] = (inputs, result) => Evaluator.TransformFromNtt(inputs.First, result),
    };

    /// <summary>The engine of a parameter set. The caller disposes it.</summary>
    public static SealEngine Create(Parameters parameters) =>
        parameters.Scheme == Scheme.Bfv ? new BfvEngine(parameters) : new CkksEngine(parameters);

    /// <summary>Carries out a simple or compound operation.</summary>
    /// <returns>The result, or null if a part of the name is unknown.</returns>
    /// <exception cref="ArgumentException">The inputs do not fit the operation.</exception>
    /// <exception cref="InvalidOperationException">The result would be readable by anyone, or the operation cannot go on.</exception>
    public Ciphertext? Evaluate(string name, OperationInputs inputs)
    {
        Ciphertext result = new(Parameters);
        if (name == "mod_switch_to_last")
        {
            ModSwitchTo(inputs.First, Parameters.LastLevel, result);
            return result;
        }

        if (Shared.TryGetValue(name, out Action<OperationInputs, Ciphertext>? operation) || OfScheme.TryGetValue(name, out operation))
        {
            operation(inputs, result);
            return result;
        }

        if (name.StartsWith(ModSwitchPrefix, StringComparison.Ordinal))
        {
            return Evaluate(name[ModSwitchPrefix.Length..], inputs with { Ciphertexts = [.. inputs.Ciphertexts.Select(Lower)] });
        }

        foreach ((string suffix, string step) in Suffixes)
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal) && Evaluate(name[..^suffix.Length], inputs) is { } inner)
            {
                return Evaluate(step, inputs with { Ciphertexts = [inner] });
            }
        }

        return null;
    }

    /// <summary>Switches a ciphertext down to a level without changing its message.</summary>
    public abstract void ModSwitchTo(Ciphertext ciphertext, Level level, Ciphertext destination);

    /// <summary>Brings a plaintext into NTT form of a level.</summary>
    public abstract void TransformToNtt(Plaintext plaintext, Level level, Plaintext destination);

    /// <inheritdoc/>
    public void Dispose() => random.Dispose();

    private Ciphertext Lower(Ciphertext ciphertext)
    {
        Ciphertext lower = new(Parameters);
        ModSwitchTo(ciphertext, ciphertext.Level.Next ?? throw new InvalidOperationException("there is no lower level"), lower);
        return lower;
    }
}
