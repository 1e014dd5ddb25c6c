using Subnet.Health.Clinic;
using Subnet.Health.Miner;
using Subnet.Health.Node;
using Subnet.Health.Validator;

namespace Subnet.Health.Network.Localnet;

/// <summary>The HTTP side of a role that runs.</summary>
internal interface IRoleSite : IAsyncDisposable
{
    /// <summary>Where it listens.</summary>
    Uri Address { get; }
}

/// <summary>Starts the HTTP sides of roles: the command line has the documents that they serve. Each listens on loopback, on a free port.</summary>
internal interface IRoleSites
{
    /// <summary>The node's.</summary>
    Task<IRoleSite> NodeAsync(LedgerNode node, CancellationToken stop);

    /// <summary>A miner's.</summary>
    Task<IRoleSite> MinerAsync(MinerHost miner, ILedgerClient ledger, CancellationToken stop);

    /// <summary>A validator's.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="validator">The validator.</param>
    /// <param name="ledger">The ledger as it executes it.</param>
    /// <param name="stop">Gives up starting.</param>
    Task<IRoleSite> ValidatorAsync(string name, ValidatorService validator, ILedgerClient ledger, CancellationToken stop);

    /// <summary>A clinic's gateway: its page, which opens with the clinic's own key.</summary>
    /// <param name="gateway">The gateway's stores.</param>
    /// <param name="account">The clinic's key, 32 bytes.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="stop">Gives up starting.</param>
    Task<IRoleSite> ClinicAsync(GatewayView gateway, ReadOnlyMemory<byte> account, ILedgerClient ledger, CancellationToken stop);
}
