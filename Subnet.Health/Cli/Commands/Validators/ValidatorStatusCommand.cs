using System.Globalization;
using Spectre.Console;
using Subnet.Crypto.Identity;
using Subnet.Health.Cli.Output;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Store;
using Subnet.Health.Validator.Verdicts;

namespace Subnet.Health.Cli.Commands.Validators;

/// <summary><c>subnet validator status</c>: what a validator of this home planned, judged and scored, read from its store while it runs or not.</summary>
internal sealed class ValidatorStatusCommand : SubnetCommand
{
    private readonly ValidatorStores stores = new();

    public ValidatorStatusCommand()
        : base("status", "Show a validator's plans, verdicts, scores and weights.", new CommandExample("validator status --validator-name north", "a validator's store"))
    {
        Options.Add(stores.Name);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ValidatorStatusDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string path = stores.Find(context, "validator.db", "has not worked yet");
        using ValidatorStore store = new(path);
        ValidatorStatusDocument document = ValidatorStatusDocument.Of(context.Get(stores.Name)!, store);
        context.Output.Document(document, console =>
        {
            foreach (ValidatorStatusEntry subnet in document.Subnets)
            {
                console.WriteLine($"subnet {subnet.Netuid}: {subnet.PlannedEpochs} epochs planned, {subnet.Sent} queries sent, {subnet.Answered} answered, {subnet.PendingWeights} rows of weights not revealed yet");
                foreach (IGrouping<string, ValidatorUnansweredEntry> miner in (subnet.Unanswered ?? []).GroupBy(static entry => entry.Miner))
                {
                    console.WriteLine($"  not answered by {miner.Key}: {string.Join(", ", miner.Select(static entry => $"{entry.Count} {entry.Reason}"))}");
                }

                Table table = new Table().Border(TableBorder.Minimal).AddColumns("miner", "score", "audited epochs", "last verdict", "signatures");
                foreach (ValidatorMinerEntry miner in subnet.Miners)
                {
                    table.AddRow(miner.Miner, miner.Score.ToString("F6", CultureInfo.InvariantCulture), $"{miner.AuditedEpochs}", miner.LastVerdict ?? "", $"{miner.Signatures}");
                }

                console.Write(table);
            }
        });
        return Task.FromResult(ExitCode.Done);
    }
}

/// <summary>The answer of <c>subnet validator status</c>.</summary>
/// <param name="Name">The validator.</param>
/// <param name="Subnets">Its subnets.</param>
internal sealed record ValidatorStatusDocument(string Name, IReadOnlyList<ValidatorStatusEntry> Subnets) : Document(FormatName)
{
    public const string FormatName = "subnet/validator-status/1";

    /// <summary>All that a store has.</summary>
    public static ValidatorStatusDocument Of(string name, ValidatorStore store) => Of(
        name,
        store,
        netuid => (store.CountSent(netuid), store.CountIn(netuid, ChallengeState.Answered)),
        netuid => [.. store.CountUnanswered(netuid).Select(static entry => new ValidatorUnansweredEntry(Ss58Address.Encode(entry.Miner), entry.Reason, entry.Count))]);

    /// <summary>
    /// The same with the queries of judged epochs only, and without reasons: who watches the numbers of a running one learns which queries are audits, and a miner that refuses
    /// one query and finds it counted learns whose it was.
    /// </summary>
    public static ValidatorStatusDocument OfJudged(string name, ValidatorStore store) => Of(name, store, store.CountJudged, static _ => null);

    private static ValidatorStatusDocument Of(
        string name, ValidatorStore store, Func<ushort, (int Sent, int Answered)> queries, Func<ushort, IReadOnlyList<ValidatorUnansweredEntry>?> unanswered) => new(
        name,
        [
            .. store.Netuids().Select(netuid =>
            {
                IReadOnlyList<StoredVerdict> verdicts = store.Verdicts(netuid);
                (int sent, int answered) = queries(netuid);
                return new ValidatorStatusEntry(
                    netuid,
                    store.CountPlans(netuid),
                    sent,
                    answered,
                    unanswered(netuid),
                    store.PendingWeights(netuid).Count,
                    [.. store.Scores(netuid).Select(score => MinerOf(score, verdicts))]);
            }),
        ]);

    private static ValidatorMinerEntry MinerOf(StoredScore score, IReadOnlyList<StoredVerdict> verdicts)
    {
        StoredVerdict? last = verdicts.Where(verdict => verdict.Card.AsSpan().SequenceEqual(score.Card)).MaxBy(verdict => verdict.Epoch);
        return new ValidatorMinerEntry(
            Ss58Address.Encode(score.Miner), score.Card, score.Score.Value, score.Score.AuditedEpochs, last?.Code,
            last is null ? 0 : StoredVerdictSignatures.Signers(last).Count);
    }
}

/// <summary>A validator in one subnet.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="PlannedEpochs">Epochs with a plan.</param>
/// <param name="Sent">Queries sent.</param>
/// <param name="Answered">Queries answered with a receipt.</param>
/// <param name="Unanswered">Why others have no answer that counts, sent or not, for the validator's owner only; absent on its pages.</param>
/// <param name="PendingWeights">Rows decided and not revealed.</param>
/// <param name="Miners">The miners it scored.</param>
internal sealed record ValidatorStatusEntry(
    ushort Netuid, int PlannedEpochs, int Sent, int Answered, IReadOnlyList<ValidatorUnansweredEntry>? Unanswered, int PendingWeights, IReadOnlyList<ValidatorMinerEntry> Miners);

/// <summary>Queries to one miner that have no answer for one reason.</summary>
/// <param name="Miner">Its address.</param>
/// <param name="Reason">The code of its refusal, or what else happened, as a word.</param>
/// <param name="Count">How many.</param>
internal sealed record ValidatorUnansweredEntry(string Miner, string Reason, int Count);

/// <summary>A miner as the validator sees it.</summary>
/// <param name="Miner">Its address.</param>
/// <param name="Card">The card.</param>
/// <param name="Score">Smoothed score, 0 to 1.</param>
/// <param name="AuditedEpochs">Epochs with a valid verdict.</param>
/// <param name="LastVerdict">Word of the newest verdict; absent for none.</param>
/// <param name="Signatures">Signatures under it.</param>
internal sealed record ValidatorMinerEntry(string Miner, byte[] Card, double Score, int AuditedEpochs, string? LastVerdict, int Signatures);
