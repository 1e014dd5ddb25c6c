using System.Collections.Concurrent;
using Subnet.Crypto.Commitments;

namespace Subnet.Health.Validator.Verdicts;

/// <summary>Generators by number: deriving one takes a square root on the curve, so each set is derived once. Safe for concurrent use.</summary>
internal sealed class GeneratorCache
{
    private readonly ConcurrentDictionary<int, Lazy<GeneratorSet>> sets = new();

    /// <summary>The set for so many weights.</summary>
    public GeneratorSet For(int count) => sets.GetOrAdd(count, size => new Lazy<GeneratorSet>(() => GeneratorSet.Create(size))).Value;
}
