using Subnet.Crypto.Ckks;
using Subnet.Crypto.Rlwe;

namespace Subnet.Health.SealFiles;

/// <summary>The operations of CKKS.</summary>
internal sealed class CkksEngine : SealEngine
{
    private readonly CkksEvaluator evaluator;

    public CkksEngine(Parameters parameters)
        : this(parameters, new CkksEvaluator(parameters))
    {
    }

    private CkksEngine(Parameters parameters, CkksEvaluator evaluator)
        : base(parameters, evaluator)
    {
        this.evaluator = evaluator;
        OfScheme = new Dictionary<string, Action<OperationInputs, Ciphertext>>(StringComparer.Ordinal)
        {
            ["add_plain"] = (inputs, result) => evaluator.AddPlain(inputs.First, inputs.NeedPlaintext, result),
            ["sub_plain"] = (inputs, result) => evaluator.SubtractPlain(inputs.First, inputs.NeedPlaintext, result),
            ["multiply_plain"] = (inputs, result) => evaluator.MultiplyPlain(inputs.First, inputs.NeedPlaintext, result),
            ["multiply"] = (inputs, result) => evaluator.Multiply(inputs.First, inputs.Second, result),
            ["square"] = (inputs, result) => evaluator.Square(inputs.First, result),
            ["mod_switch_to_next"] = (inputs, result) => evaluator.ModSwitchToNext(inputs.First, result),
            ["rescale_to_next"] = (inputs, result) => evaluator.RescaleToNext(inputs.First, result),
            ["rotate_vector"] = (inputs, result) => evaluator.RotateVector(inputs.First, inputs.NeedStep, inputs.NeedGaloisKeys, result),
            ["complex_conjugate"] = (inputs, result) => evaluator.Conjugate(inputs.First, inputs.NeedGaloisKeys, result),
        };
    }

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, Action<OperationInputs, Ciphertext>> OfScheme { get; }

    /// <inheritdoc/>
    public override void ModSwitchTo(Ciphertext ciphertext, Level level, Ciphertext destination) => evaluator.ModSwitchTo(ciphertext, level, destination);

    /// <inheritdoc/>
    public override void TransformToNtt(Plaintext plaintext, Level level, Plaintext destination) =>
        throw new InvalidOperationException("a CKKS plaintext is always in NTT form");
}
