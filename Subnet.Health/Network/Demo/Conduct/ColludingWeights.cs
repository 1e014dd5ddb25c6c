using Subnet.Core.State;
using Subnet.Health.Node;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Weights;

namespace Subnet.Health.Network.Demo.Conduct;

/// <summary>Copies the row that another validator revealed last: no work, and always an epoch late, since commits hide what is decided now.</summary>
internal sealed class CopiedWeights(ILedgerClient ledger, AccountId victim) : IWeightPolicy
{
    /// <inheritdoc/>
    public Task<WeightRow?> ChooseAsync(EpochClock clock, Metagraph metagraph, CancellationToken cancellationToken)
    {
        if (metagraph.Find(victim) is not { } copied)
        {
            return Task.FromResult<WeightRow?>(null);
        }

        return ledger.ReadAsync(
            view => view.State.Weights.Find(new NeuronKey(clock.Netuid, copied.Uid)) is { } row
                ? new WeightRow(row.Uids.ToArray(), row.Values.ToArray())
                : null,
            cancellationToken);
    }
}

/// <summary>Gives everything to a friend, whatever it answers.</summary>
internal sealed class FriendWeights(Func<ushort, AccountId> friendOf) : IWeightPolicy
{
    /// <inheritdoc/>
    public Task<WeightRow?> ChooseAsync(EpochClock clock, Metagraph metagraph, CancellationToken cancellationToken) => Task.FromResult(
        metagraph.Find(friendOf(clock.Netuid)) is { } friend ? new WeightRow([friend.Uid], [ushort.MaxValue]) : null);
}
