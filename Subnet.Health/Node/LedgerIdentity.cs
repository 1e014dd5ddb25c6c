using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>Which ledger: two with the same genesis hash are the same.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="GenesisHash">Part of every signature.</param>
/// <param name="Sequencer">Key that signs blocks.</param>
/// <param name="BlockTimeMs">Time between blocks, in milliseconds.</param>
internal sealed record LedgerIdentity(string Network, Hash256 GenesisHash, AccountId Sequencer, uint BlockTimeMs);
