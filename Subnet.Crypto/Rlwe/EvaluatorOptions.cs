using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Rlwe;

/// <summary>What an evaluator may be told. The defaults refuse transparent results and use one thread.</summary>
public sealed record EvaluatorOptions
{
    /// <summary>What to do with transparent results.</summary>
    public TransparentPolicy Transparent { get; init; }

    /// <summary>The key for <see cref="TransparentPolicy.Rerandomize"/>, which needs it.</summary>
    public PublicKey? PublicKey { get; init; }

    /// <summary>The randomness for <see cref="TransparentPolicy.Rerandomize"/>, which needs it.</summary>
    public IRandomSourceFactory? Random { get; init; }

    /// <summary>
    /// How many threads a single multiplication or key switching may use for its limbs, 1 to 64. More than 1 shortens one operation and
    /// costs some memory and allocation; many operations at once are better served by a thread each. Results are the same words.
    /// </summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>Checks that the options fit each other and the parameters.</summary>
    internal void Check(Parameters parameters)
    {
        if (Parallelism is < 1 or > 64)
        {
            throw new ArgumentException($"an evaluator uses 1 to 64 threads, not {Parallelism}");
        }

        if (!Enum.IsDefined(Transparent))
        {
            throw new ArgumentException($"the policy {(int)Transparent} for transparent results is unknown");
        }

        if (Transparent == TransparentPolicy.Rerandomize && (PublicKey is null || Random is null))
        {
            throw new ArgumentException("re-randomising transparent results needs a public key and randomness; give both or choose another policy");
        }

        if (PublicKey is not null && !PublicKey.Parameters.Equals(parameters))
        {
            throw new ArgumentException($"the public key belongs to {PublicKey.Parameters}, the evaluator to {parameters}");
        }
    }
}
