using Subnet.Crypto.Bfv;
using Subnet.Crypto.Rlwe;

namespace Subnet.Health.SealFiles;

/// <summary>The operations of BFV.</summary>
internal sealed class BfvEngine : SealEngine
{
    private readonly BfvEvaluator evaluator;

    public BfvEngine(Parameters parameters)
        : this(parameters, new BfvEvaluator(parameters))
    {
    }

    private BfvEngine(Parameters parameters, BfvEvaluator evaluator)
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
            ["multiply_many"] = SealOperation.OnList((inputs, result) => evaluator.MultiplyMany(inputs.Ciphertexts, inputs.NeedRelinearizationKeys, result)),
            ["exponentiate"] = SealOperation.Unary((inputs, result) =>
                evaluator.Exponentiate(inputs.First, inputs.NeedExponent, inputs.NeedRelinearizationKeys, result)),
            ["rotate_rows"] = SealOperation.Unary((inputs, result) => evaluator.RotateRows(inputs.First, inputs.NeedStep, inputs.NeedGaloisKeys, result)),
            ["rotate_columns"] = SealOperation.Unary((inputs, result) => evaluator.RotateColumns(inputs.First, inputs.NeedGaloisKeys, result)),
        };
    }

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, SealOperation> OfScheme { get; }

    /// <inheritdoc/>
    public override void ModSwitchTo(Plaintext plaintext, Level level, Plaintext destination) => evaluator.ModSwitchTo(plaintext, level, destination);

    /// <inheritdoc/>
    public override void TransformToNtt(Plaintext plaintext, Level level, Plaintext destination) =>
        evaluator.TransformToNtt(plaintext, level, destination);

    /// <inheritdoc/>
    protected override void ModSwitchTo(Ciphertext ciphertext, Level level, Ciphertext destination) => evaluator.ModSwitchTo(ciphertext, level, destination);
}
