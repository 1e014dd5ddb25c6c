using Subnet.Crypto.Commitments;
using Subnet.Health.Miner;

namespace Subnet.Tests.Health.Clinic;

/// <summary>Takes a query and does not answer before it is let, and then with nothing unless it answers.</summary>
internal sealed class HangingModel(IServedModel model, bool answers = false) : IServedModel
{
    public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ReadOnlyMemory<byte> Card => model.Card;

    public ReadOnlyMemory<byte> CardHash => model.CardHash;

    public string Id => model.Id;

    public ReadOnlyMemory<byte> Commitment => model.Commitment;

    public CommitmentOpening? Opening => model.Opening;

    public (long Resident, long PerQuery) MemoryBytes => model.MemoryBytes;

    public int LargestQueryBytes => model.LargestQueryBytes;

    public long KeyBundleBytes => 0;

    public int? RowsOf(ReadOnlySpan<byte> query) => model.RowsOf(query);

    public async ValueTask<byte[]?> AnswerAsync(ReadOnlyMemory<byte> query, CancellationToken cancellationToken)
    {
        Reached.TrySetResult();
        await Release.Task;
        return answers ? await model.AnswerAsync(query, cancellationToken) : null;
    }

    public void Dispose() => model.Dispose();
}
