namespace Subnet.Core.Registration;

/// <summary>One neuron as pruning sees it.</summary>
/// <param name="Emission">Its emission of the last epoch, in smallest units.</param>
/// <param name="RegistrationBlock">The block of its registration.</param>
/// <param name="IsImmune">Registered less than the immunity period ago.</param>
/// <param name="IsOwnerImmune">Kept for the subnet owner: never pruned.</param>
public readonly record struct PruningCandidate(ulong Emission, ulong RegistrationBlock, bool IsImmune, bool IsOwnerImmune);

/// <summary>Which neuron gives way when a subnet is full (<c>design/yuma.md</c> 10.3).</summary>
public static class Pruning
{
    /// <summary>
    /// The uid to replace: the least by (emission, registration block, uid) of those not immune, if there are more of them than
    /// the minimum, else the least of the immune ones; null where there is none.
    /// </summary>
    /// <param name="neurons">One entry per uid.</param>
    /// <param name="minimumNonImmune">How many not immune neurons a subnet keeps.</param>
    public static int? FindUid(ReadOnlySpan<PruningCandidate> neurons, int minimumNonImmune)
    {
        int? leastNonImmune = null, leastImmune = null;
        int nonImmune = 0;
        for (int uid = 0; uid < neurons.Length; uid++)
        {
            PruningCandidate neuron = neurons[uid];
            if (neuron.IsOwnerImmune)
            {
                continue;
            }

            ref int? least = ref leastNonImmune;
            if (neuron.IsImmune)
            {
                least = ref leastImmune;
            }
            else
            {
                nonImmune++;
            }

            // Uids ascend, so an equal candidate never displaces an earlier one.
            if (least is not { } best || IsLess(neuron, neurons[best]))
            {
                least = uid;
            }
        }

        return nonImmune > minimumNonImmune ? leastNonImmune : leastImmune;
    }

    private static bool IsLess(PruningCandidate left, PruningCandidate right) =>
        (left.Emission, left.RegistrationBlock).CompareTo((right.Emission, right.RegistrationBlock)) < 0;
}
