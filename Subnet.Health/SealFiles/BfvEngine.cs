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
        OfScheme = new Dictionary<string, Action<OperationInputs, Ciphertext>>(StringComparer.Ordinal)
        {
            ["add_plain"] = (inputs, result) => evaluator.AddPlain(inputs.First, inputs.NeedPlaintext, result),
            ["sub_plain"] = (inputs, result) => evaluator.SubtractPlain(inputs.First, inputs.NeedPlaintext, result),
            ["multiply_plain"] = (inputs, result) => evaluator.MultiplyPlain(inputs.First, inputs.NeedPlaintext, result),
            ["multiply"] = (inputs, result) => evaluator.Multiply(inputs.First, inputs.Second, result),
            ["square"] = (inputs, result) => evaluator.Square(inputs.First, result),
            ["multiply_many"] = (inputs, result) => evaluator.MultiplyMany(inputs.Ciphertexts, inputs.NeedRelinearizationKeys, result),
            ["exponentiate"] = (inputs, result) =>
                evaluator.Exponentiate(inputs.First, inputs.NeedExponent, inputs.NeedRelinearizationKeys, result),
            ["mod_switch_to_next"] = (inputs, result) => evaluator.ModSwitchToNext(inputs.First, result),
            ["rotate_rows"] = (inputs, result) => evaluator.RotateRows(inputs.First, inputs.NeedStep, inputs.NeedGaloisKeys, result),
            ["rotate_columns"] = (inputs, result) => evaluator.RotateColumns(inputs.First, inputs.NeedGaloisKeys, result),
        };
    }

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, Action<OperationInputs, Ciphertext>> OfScheme { get; }

    /// <inheritdoc/>
    public override void ModSwitchTo(Ciphertext ciphertext, Level level, Ciphertext destination) => evaluator.ModSwitchTo(ciphertext, level, destination);

    /// <inheritdoc/>
    public override void TransformToNtt(Plaintext plaintext, Level level, Plaintext destination) =>
        evaluator.TransformToNtt(plaintext, level, destination);
}
