using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Health.Network.Demo.Conduct;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Store;
using Subnet.Health.Validator.Verdicts;
using Subnet.Health.Validator.Weights;

namespace Subnet.Health.Network.Demo;

/// <summary>A validator in this process.</summary>
internal sealed class DemoValidatorParty : IDemoValidator
{
    private readonly DemoWorld world;
    private readonly ValidatorService service;
    private readonly ValidatorTokens tokens;

    private DemoValidatorParty(DemoWorld world, ValidatorService service, ValidatorTokens tokens) => (this.world, this.service, this.tokens) = (world, service, tokens);

    /// <inheritdoc/>
    public int? Pid => null;

    /// <inheritdoc/>
    public Uri Address => service.Address;

    /// <inheritdoc/>
    public string LogOrigin => service.Log.Origin;

    /// <summary>Opens a validator on every subnet.</summary>
    public static async Task<DemoValidatorParty> StartAsync(DemoValidator validator, DemoBudget budget, DemoWorld world, CancellationToken cancellationToken)
    {
        string wallet = "validator-" + validator.Name;
        string folder = world.Place.FolderOf("validator", validator.Name);
        ValidatorTokens tokens = world.TokensOf(wallet, folder);
        ValidatorService service = await ValidatorService.StartAsync(
            new ValidatorSettings(folder, [.. DemoPlan.Subnets.Select(subnet => subnet.Netuid)])
            {
                Budget = budget.Challenges,
                MostPlans = budget.AuditedEpochs,
                Challenges = validator.Conduct == ValidatorConduct.Honest,
            },
            world.Place.Keys.Hot(wallet),
            world.Ledger,
            tokens,
            DemoPlan.Subnets.ToDictionary(subnet => subnet.Netuid, subnet => new LabelledRows(world.Place.Samples.Table(subnet.Data + "-heldout"))),
            new PeerChannels(null, world.Place.Time),
            world.Place.Time,
            world.Place.RandomOf(wallet),
            world.Place.Loggers,
            PolicyOf(validator, world),
            null,
            null,
            cancellationToken).ConfigureAwait(false);
        return new DemoValidatorParty(world, service, tokens);
    }

    /// <inheritdoc/>
    public Task<bool> AdvanceAsync(CancellationToken cancellationToken) => service.AdvanceAsync(cancellationToken);

    /// <inheritdoc/>
    public Task AnchorAsync(CancellationToken cancellationToken) => service.Log.AnchorAsync(cancellationToken);

    /// <inheritdoc/>
    public Task BuyAsync(DemoMiner miner, int rows, int count, CancellationToken cancellationToken) =>
        tokens.BuyAsync(miner.Netuid, world.HotkeyOf(miner), rows, count, cancellationToken);

    /// <inheritdoc/>
    public Task<DemoTally> TallyAsync(CancellationToken cancellationToken)
    {
        StoredVerdict[] verdicts = [.. DemoPlan.Subnets.SelectMany(subnet => service.Store.Verdicts(subnet.Netuid))];
        return Task.FromResult(new DemoTally(verdicts.Count(verdict => verdict.Passes), verdicts.Count(verdict => !verdict.Passes)));
    }

    /// <inheritdoc/>
    public async Task<DemoKnowledge> ReadAsync(CancellationToken cancellationToken)
    {
        List<DemoMinerKnowledge> miners = [];
        foreach (DemoMiner miner in DemoPlan.Miners)
        {
            AccountId account = world.Place.Keys.Account("miner-" + miner.Name);
            StoredVerdict[] verdicts =
            [
                .. service.Store.Verdicts(miner.Netuid)
                    .Where(verdict => verdict.Miner.AsSpan().SequenceEqual(account.ToArray()) && StoredVerdictSignatures.IsAgreed(verdict)),
            ];
            string address = Ss58Address.Encode(account.ToArray());
            IReadOnlyList<ServedCard> served = await service.Miners.ListAsync(miner.Netuid, cancellationToken).ConfigureAwait(false);
            miners.Add(new DemoMinerKnowledge(
                miner.Name,
                verdicts.Count(verdict => verdict.Passes),
                [.. verdicts.Where(verdict => !verdict.Passes).Select(verdict => verdict.Code)],
                (await service.Duplicates.FindAsync(miner.Netuid, served, cancellationToken).ConfigureAwait(false)).Any(finding => finding.IsDuplicate && finding.Copy == address),
                service.Store.Scores(miner.Netuid).FirstOrDefault(score => score.Miner.AsSpan().SequenceEqual(account.ToArray()))?.Score.Value));
        }

        return new DemoKnowledge(
            miners, DemoPlan.Subnets.Sum(subnet => service.Store.CountSent(subnet.Netuid)), DemoPlan.Subnets.Sum(subnet => service.Store.CountPlans(subnet.Netuid)));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync().ConfigureAwait(false);
        await tokens.DisposeAsync().ConfigureAwait(false);
    }

    private static Func<ValidatorParts, IWeightPolicy>? PolicyOf(DemoValidator validator, DemoWorld world) => validator.Conduct switch
    {
        ValidatorConduct.Copy => _ => new CopiedWeights(world.Ledger, world.Place.Keys.Account("validator-" + DemoPlan.Validators[0].Name)),
        ValidatorConduct.Friend => _ => new FriendWeights(netuid => world.Place.Keys.Account("miner-" + DemoPlan.FriendOf(netuid).Name)),
        _ => null,
    };
}
