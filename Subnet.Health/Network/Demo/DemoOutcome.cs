using System.Globalization;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Node;
using Subnet.Health.Review.Tracing;

namespace Subnet.Health.Network.Demo;

/// <summary>
/// What a demonstration came to: read from the ledger and the parties' stores while they run, and from their files after they stopped. Every claim is checked against these and
/// not against what was planned.
/// </summary>
internal sealed class DemoOutcome
{
    private const int ShownRows = 4;

    private readonly List<DemoMinerResult> miners = [];
    private readonly List<DemoValidatorResult> validators = [];
    private readonly List<DemoModelResult> models = [];
    private readonly List<(string Role, string Name, string Folder, string Origin)> logs = [];
    private readonly List<DemoTraceStep> trace = [];
    private readonly List<DemoClaim> claims = [];
    private readonly Dictionary<string, DemoKnowledge> knowledge = new(StringComparer.Ordinal);
    private readonly DemoNetwork network;
    private readonly DemoAsking clinics;
    private readonly DemoOrganicResult? organic;
    private Hash256 state;
    private ulong height;
    private ulong blocks;

    private DemoOutcome(DemoNetwork network, DemoAsking clinics, DemoOrganicResult? organic) =>
        (this.network, this.clinics, this.organic) = (network, clinics, organic);

    /// <summary>Queries that validators sent.</summary>
    public int ValidatorQueries { get; private set; }

    /// <summary>Reads what only running parties can say.</summary>
    public static async Task<DemoOutcome> ReadAsync(
        DemoNetwork network, DemoAsking clinics, DemoOrganicResult? organic, DemoOptions options, ulong started, CancellationToken cancellationToken)
    {
        DemoOutcome outcome = new(network, clinics, organic);
        Dictionary<(AccountId, ushort), ulong> server = [];
        Dictionary<AccountId, ulong> dividends = [];
        for (ulong height = started + 1; height <= network.Pacer.Height; height++)
        {
            LedgerBlock block = (await network.Ledger.GetBlockAsync(height, cancellationToken).ConfigureAwait(false))!;
            foreach (LedgerEvent happened in block.Events)
            {
                if (happened.Kind == EventKind.ServerEmission)
                {
                    server[(happened.Subject, happened.Netuid)] = server.GetValueOrDefault((happened.Subject, happened.Netuid)) + happened.Amount;
                }
                else if (happened.Kind == EventKind.ValidatorEmission)
                {
                    dividends[happened.Subject] = dividends.GetValueOrDefault(happened.Subject) + happened.Amount + happened.Extra;
                }
            }
        }

        outcome.blocks = network.Pacer.Height - started;
        foreach (DemoValidator validator in DemoPlan.Validators)
        {
            outcome.knowledge[validator.Name] = await network.Validators[validator.Name].ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach (DemoMiner miner in DemoPlan.Miners)
        {
            await outcome.AddMinerAsync(miner, server, cancellationToken).ConfigureAwait(false);
        }

        foreach (DemoValidator validator in DemoPlan.Validators)
        {
            await outcome.AddValidatorAsync(validator, dividends, cancellationToken).ConfigureAwait(false);
        }

        outcome.models.AddRange(DemoPlan.Subnets.Select(clinics.ResultOf));
        outcome.AddLogs();
        (outcome.state, outcome.height) = await network.Ledger.ReadAsync(view => (view.State.Hash, view.Height), cancellationToken).ConfigureAwait(false);
        outcome.AddClaims(options.Budget);
        await outcome.AddTraceAsync(cancellationToken).ConfigureAwait(false);
        return outcome;
    }

    /// <summary>Verifies logs and ledger from their files, and puts everything together.</summary>
    /// <returns>The result, and how many entries all logs hold.</returns>
    public (DemoResult Result, long Entries) Conclude(DemoOptions options, CancellationToken cancellationToken)
    {
        TrustPolicy policy = TrustPolicyFile.Parse(File.ReadAllBytes(Path.Combine(options.Folder, DemoPolicy.FileName)));
        List<DemoLogResult> verified = [];
        List<string> unwitnessed = [];
        long entries = 0;
        foreach ((string role, string name, string folder, string origin) in logs)
        {
            (DemoLogResult result, long count, bool isWitnessed) = DemoLogs.Verify(role, name, folder, origin, policy, cancellationToken);
            if (!isWitnessed && role is ("clinic" or "miner"))
            {
                unwitnessed.Add($"{role} {name}");
            }

            verified.Add(result);
            entries += count;
        }

        string[] unsound = [.. verified.Where(log => !log.IsSound).Select(log => $"{log.Role} {log.Name} ({string.Join(", ", log.Findings)})")];
        Claim("logs-verified", "every audit log is sound: no entry missing, changed or out of order", unsound.Length == 0, Listed(unsound, $"{verified.Count} logs"));
        Claim(
            "logs-witnessed", "the newest checkpoint of every clinic's and miner's log is cosigned by more than half of the validators", unwitnessed.Count == 0,
            unwitnessed.Count > 0 ? $"not so: {string.Join(", ", unwitnessed)}" : $"{DemoPlan.Clinics.Count + DemoPlan.Miners.Count} logs, at least {DemoPolicy.Threshold} of {DemoPlan.Validators.Count} validators each");
        Claim("ledger-replayed", "executing the ledger again from its genesis gives the same state, and nothing was minted or lost in any block", Replay(), $"block {height}");
        return (
            new DemoResult(
                options.Seed, options.Budget.Epochs, blocks, models, [.. DemoPlan.Subnets.SelectMany(Shown)], miners, validators,
                verified, organic, trace, claims),
            entries);
    }

    private async Task AddMinerAsync(DemoMiner miner, Dictionary<(AccountId, ushort), ulong> server, CancellationToken cancellationToken)
    {
        AccountId account = network.Keys.Account("miner-" + miner.Name);
        Metagraph metagraph = (await network.Ledger.GetMetagraphAsync(miner.Netuid, cancellationToken).ConfigureAwait(false))!;
        DemoMinerKnowledge[] known = [.. Honest().Select(validator => knowledge[validator.Name].Miners.Single(other => other.Miner == miner.Name))];
        string[] failed = [.. known.SelectMany(each => each.Failed)];
        List<string> caught = [.. failed.Distinct().Order(StringComparer.Ordinal)];
        if (known[0].IsCopy)
        {
            caught.Add("same-answers-as-an-older-commitment");
        }

        miners.Add(new DemoMinerResult(
            miner.Name,
            miner.Netuid,
            miner.Conduct.ToString().ToLowerInvariant(),
            known.Sum(each => each.Valid),
            failed.Length,
            caught,
            Math.Round(known[0].Score ?? 0, 6),
            Math.Round(metagraph.Find(account)!.Outcome.Incentive / (double)ushort.MaxValue, 6),
            server.GetValueOrDefault((account, miner.Netuid))));
    }

    private async Task AddValidatorAsync(DemoValidator validator, Dictionary<AccountId, ulong> dividends, CancellationToken cancellationToken)
    {
        AccountId account = network.Keys.Account("validator-" + validator.Name);
        double trust = 0;
        foreach (DemoSubnet subnet in DemoPlan.Subnets)
        {
            Metagraph metagraph = (await network.Ledger.GetMetagraphAsync(subnet.Netuid, cancellationToken).ConfigureAwait(false))!;
            trust += metagraph.Find(account)!.Outcome.ValidatorTrust / (double)ushort.MaxValue;
        }

        double stake = DemoPlan.Validators.Sum(other => (double)other.StakeTao);
        int plans = knowledge[validator.Name].Plans;
        ValidatorQueries += knowledge[validator.Name].Sent;
        ulong earned = dividends.GetValueOrDefault(account);
        List<string> caught = [];
        if (plans == 0)
        {
            caught.Add("weights-without-a-plan");
        }

        if (trust == 0)
        {
            caught.Add("outside-consensus");
        }

        validators.Add(new DemoValidatorResult(
            validator.Name,
            validator.Conduct.ToString().ToLowerInvariant(),
            Math.Round(validator.StakeTao / stake, 6),
            plans,
            Math.Round(trust / DemoPlan.Subnets.Count, 6),
            earned,
            Math.Round(earned / (validator.StakeTao * (double)DemoGenesis.Tao * DemoPlan.Subnets.Count), 9),
            caught));
    }

    private void AddLogs()
    {
        logs.AddRange(network.Miners.Select(miner => ("miner", miner.Key, LogFolder("miner", miner.Key), miner.Value.LogOrigin)));
        logs.AddRange(network.Validators.Select(validator => ("validator", validator.Key, LogFolder("validator", validator.Key), validator.Value.LogOrigin)));
        logs.AddRange(network.Clinics.Select(clinic => ("clinic", clinic.Key, LogFolder("clinic", clinic.Key), clinic.Value.LogOrigin)));
    }

    private void AddClaims(DemoBudget budget)
    {
        int unequal = models.Sum(model => model.Unequal);
        int patients = models.Sum(model => model.Patients);
        Claim("exact", "every decrypted answer is the integer model's own", unequal == 0 && patients > 0, $"{patients - unequal} of {patients} patients equal");
        double largest = models.Max(model => model.LargestRiskDifference);
        Claim(
            "quantisation", "no risk differs from the ML.NET model's by more than 0.005", largest <= 0.005,
            string.Create(CultureInfo.InvariantCulture, $"largest difference {largest:G3}"));
        Claim(
            "auc", "the AUC under encryption is the plain model's", models.All(model => Math.Abs(model.AucEncrypted - model.AucPlain) < 0.0005 || double.IsNaN(model.AucPlain)),
            string.Join(", ", models.Select(model => string.Create(CultureInfo.InvariantCulture, $"{model.Name} {model.AucEncrypted:F4} and {model.AucPlain:F4}"))));
        DemoMinerResult[] honest = [.. miners.Where(miner => miner.Conduct == "honest")];
        DemoMinerResult[] cheats = [.. miners.Except(honest)];
        int expected = budget.AuditedEpochs * DemoBudget.Challengers;
        Claim(
            "honest-proved", "every honest miner proved every audited epoch to every honest validator",
            honest.All(miner => miner.ValidVerdicts == expected && miner.FailedVerdicts == 0),
            string.Join(", ", honest.Select(miner => $"{miner.Name} {miner.ValidVerdicts} of {expected}")));
        Claim(
            "cheats-caught", "every dishonest miner was caught in every audited epoch", cheats.All(miner => miner.FailedVerdicts == expected && miner.ValidVerdicts == 0),
            string.Join(", ", cheats.Select(miner => $"{miner.Name}: {Listed([.. miner.CaughtBy], "nothing")}")));
        Claim("cheats-unpaid", "no dishonest miner earned anything", cheats.All(miner => miner.EmissionAlpha == 0), string.Join(", ", cheats.Select(miner => $"{miner.Name} {miner.EmissionAlpha}")));
        Claim("honest-paid", "every honest miner earned", honest.All(miner => miner.EmissionAlpha > 0), string.Join(", ", honest.Select(miner => $"{miner.Name} {miner.EmissionAlpha}")));
        if (organic is not null)
        {
            const double Grid = 64;
            Claim(
                "organic-scored", "three of four validators scored a clinic's own patients under encryption, and the transcript replays",
                organic is { Replayed: true, Validators: 3 } && Math.Abs(organic.Quality - organic.PlainQuality) <= 1 / Grid,
                string.Create(CultureInfo.InvariantCulture, $"{organic.Miner}: {organic.Quality:F4} over {organic.Patients} patients, {organic.PlainQuality:F4} in the clear"));
        }

        double least = validators.Where(validator => validator.Conduct == "honest").Min(validator => validator.PerStake);
        DemoValidatorResult[] colluding = [.. validators.Where(validator => validator.Conduct != "honest")];
        Claim(
            "collusion-costs", "validators that collude earn less for their stake than any honest one", colluding.All(validator => validator.PerStake < least),
            string.Join(", ", colluding.Select(validator => string.Create(CultureInfo.InvariantCulture, $"{validator.Name} {(least == 0 ? 0 : validator.PerStake / least):P0} of an honest one's"))));
    }

    /// <summary>Follows one query of the clinic with records, as a reviewer does who has the logs' files and the ledger.</summary>
    private async Task AddTraceAsync(CancellationToken cancellationToken)
    {
        QueryTrace found = await DemoTrace.FollowAsync(
            network.Home, logs.Select(log => (log.Folder, log.Origin)), network.Ledger, clinics.ReviewedEvent!, cancellationToken).ConfigureAwait(false);
        foreach (IGrouping<(string Step, string Title, TraceStatus Status), TraceLink> step in found.Links.GroupBy(link => (link.Step, link.Title, link.Status)))
        {
            trace.Add(new DemoTraceStep(step.Key.Step, step.Key.Title, step.Key.Status.ToString().ToLowerInvariant(), step.Count()));
        }

        string[] needed = ["plan", "verdict", "score", "weight", "emission"];
        string[] missing = [.. needed.Where(step => !found.Links.Any(link => link.Step == step && link.Status == TraceStatus.Verified))];
        string[] wrong = [.. found.Links.Where(link => link.Status == TraceStatus.Failed).Select(link => link.Step).Distinct()];
        Claim(
            "query-traced", "a reviewer follows one query from its consent to the emission it led to, and nothing contradicts",
            missing.Length == 0 && wrong.Length == 0,
            wrong.Length > 0 ? $"does not hold: {Listed(wrong, "")}" : missing.Length > 0 ? $"not there: {Listed(missing, "")}" : $"{found.Links.Count(link => link.Status == TraceStatus.Verified)} of {found.Links.Count} links verified");
    }

    /// <summary>Some patients of a subnet: the first of the table, and those whose record a clinic sent.</summary>
    private IEnumerable<DemoPatient> Shown(DemoSubnet subnet)
    {
        DemoPatient[] asked = [.. clinics.Patients.Where(patient => patient.Netuid == subnet.Netuid)];
        return asked.Where(patient => patient.Outcome is not null).Take(ShownRows).Concat(asked.Where(patient => patient.Outcome is null));
    }

    /// <summary>Executes every block again without snapshots; each block's conservation check runs with it.</summary>
    private bool Replay()
    {
        using SqliteLedgerStore store = new(Path.Combine(network.Home, "node", "ledger.db"));
        using LedgerEngine engine = LedgerEngine.Open(store, null, NodeServices.Create(), LedgerOptions.Default with { IgnoreSnapshots = true });
        return engine.Height == height && engine.State.Hash == state;
    }

    private static IEnumerable<DemoValidator> Honest() => DemoPlan.Validators.Where(validator => validator.Conduct == ValidatorConduct.Honest);

    private string LogFolder(string role, string name) => Path.Combine(network.Home, role, name, "log");

    private void Claim(string name, string sentence, bool holds, string detail) => claims.Add(new DemoClaim(name, sentence, holds, detail));

    private static string Listed(string[] items, string none) => items.Length == 0 ? none : string.Join(", ", items);
}
