using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Health.Cli.Commands;

/// <summary>A command that reads a ledger: of a local store, or of a node whose blocks it executes again.</summary>
internal abstract class LedgerCommand : SubnetCommand
{
    private readonly LedgerPlace place = new();

    protected LedgerCommand(string name, string description, params CommandExample[] examples)
        : base(name, description, examples) => place.AddTo(this);

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using LedgerAccess ledger = await place.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        return await AnswerAsync(context, ledger, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Answers from the ledger and its past.</summary>
    protected virtual Task<ExitCode> AnswerAsync(CommandContext context, LedgerAccess ledger, CancellationToken cancellationToken) =>
        Task.FromResult(Answer(context, ledger.Engine));

    /// <summary>Answers from the ledger's newest state.</summary>
    protected virtual ExitCode Answer(CommandContext context, LedgerEngine ledger) =>
        throw new InvalidOperationException($"{GetType().Name} answers neither from the state nor from the past");

    /// <summary>A subnet that must exist.</summary>
    protected static SubnetInfo Find(LedgerEngine ledger, ushort netuid) =>
        ledger.State.Subnets.Find(new SubnetKey(netuid)) ?? throw LedgerAccess.Refused(RejectionReason.SubnetNotFound);
}
