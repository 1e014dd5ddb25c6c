using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Core.Ledger.Calls;
using Subnet.Crypto.Identity;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Challenges;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Health.Validator;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Audits;

/// <summary>A miner of the heart model, a co-validator and a validator that the test plays, over real gRPC; both validators have a permit.</summary>
internal sealed class AuditNetwork : IAsyncDisposable
{
    private readonly RoleNetwork network;

    private AuditNetwork(RoleNetwork network, ValidatorService coValidator, PlayedValidator validator)
    {
        this.network = network;
        CoValidator = coValidator;
        Validator = validator;
    }

    public ValidatorService CoValidator { get; }

    public SigningKey CoValidatorKey { get; private init; } = null!;

    public PlayedValidator Validator { get; }

    public static async Task<AuditNetwork> StartAsync()
    {
        RoleNetwork network = await RoleNetwork.StartAsync("miner");
        foreach (string name in new[] { "validator", "clinic" })
        {
            await network.Ledger.Do(name, new RegisterNeuronCall(network.Netuid, network.Ledger.Id(name + "-hot"), ulong.MaxValue));
            await network.Ledger.Do(name, new AddStakeCall(network.Netuid, network.Ledger.Id(name + "-hot"), 100 * InProcessLedger.Tao, 0, false));
        }

        // A permit comes with the end of an epoch.
        await PlayedValidator.BeginEpochAsync(network);
        await PlayedValidator.BeginEpochAsync(network);
        SigningKey key = network.Key("clinic-hot");
        ValidatorService coValidator = await ValidatorService.StartAsync(
            new ValidatorSettings(Path.Combine(network.Folder, "co-validator"), [network.Netuid]) { Challenges = false },
            key, network.Ledger.Client, new NoTokens(), new Dictionary<ushort, LabelledRows>(), new PeerChannels(null, TimeProvider.System), TimeProvider.System,
            network.Randomness, NullLoggerFactory.Instance, null);
        return new AuditNetwork(network, coValidator, await PlayedValidator.CreateAsync(network, coValidator.Address)) { CoValidatorKey = key };
    }

    public async ValueTask DisposeAsync()
    {
        await Validator.DisposeAsync();
        await CoValidator.DisposeAsync();
        await network.DisposeAsync();
    }
}
