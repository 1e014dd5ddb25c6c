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
        OfScheme = new Dictionary<string, SealOperation>(StringComparer.Ordinal)
        {
            ["add_plain"] = SealOperation.WithPlaintext((inputs, result) => evaluator.AddPlain(inputs.First, inputs.NeedPlaintext, result)),
            ["sub_plain"] = SealOperation.WithPlaintext((inputs, result) => evaluator.SubtractPlain(inputs.First, inputs.NeedPlaintext, result)),
            ["multiply_plain"] = SealOperation.WithPlaintext((inputs, result) => evaluator.MultiplyPlain(inputs.First, inputs.NeedPlaintext, result)),
            ["multiply"] = SealOperation.Binary((inputs, result) => evaluator.Multiply(inputs.First, inputs.Second, result)),
            ["square"] = SealOperation.Unary((inputs, result) => evaluator.Square(inputs.First, result)),
            ["mod_switch_to_next"] = SealOperation.Unary((inputs, result) => evaluator.ModSwitchToNext(inputs.First, result)),
            ["mod_switch_to"] = SealOperation.Unary((inputs, result) => evaluator.ModSwitchTo(inputs.First, inputs.NeedLevel, result)),
            ["mod_switch_to_last"] = SealOperation.Unary((inputs, result) => evaluator.ModSwitchTo(inputs.First, parameters.LastLevel, result)),
            ["rotate_many"] = SealOperation.Unary((inputs, result) => RotateMany(inputs, result, evaluator.RotateMany)),
            ["rescale_to_next"] = SealOperation.Unary((inputs, result) => evaluator.RescaleToNext(inputs.First, result)),
            ["rescale_to"] = SealOperation.Unary((inputs, result) => evaluator.RescaleTo(inputs.First, inputs.NeedLevel, result)),
            ["rotate_vector"] = SealOperation.Unary((inputs, result) => evaluator.RotateVector(inputs.First, inputs.NeedStep, inputs.NeedGaloisKeys, result)),
            ["complex_conjugate"] = SealOperation.Unary((inputs, result) => evaluator.Conjugate(inputs.First, inputs.NeedGaloisKeys, result)),
        };
    }

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, SealOperation> OfScheme { get; }

    /// <inheritdoc/>
    public override void ModSwitchTo(Plaintext plaintext, Level level, Plaintext destination) => evaluator.ModSwitchTo(plaintext, level, destination);

    /// <inheritdoc/>
    public override void TransformToNtt(Plaintext plaintext, Level level, Plaintext destination) =>
        throw new InvalidOperationException("a CKKS plaintext is always in NTT form");

    /// <inheritdoc/>
    protected override void ModSwitchTo(Ciphertext ciphertext, Level level, Ciphertext destination) => evaluator.ModSwitchTo(ciphertext, level, destination);
}
