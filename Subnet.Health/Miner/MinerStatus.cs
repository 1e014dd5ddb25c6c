namespace Subnet.Health.Miner;

/// <summary>A miner at one moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Netuid">Its subnet.</param>
/// <param name="Hotkey">Its key's address.</param>
/// <param name="Address">Where it listens.</param>
/// <param name="IsServing">Whether queries are taken.</param>
/// <param name="Models">The models, by card.</param>
/// <param name="Epoch">The access epoch by which it judges tokens.</param>
/// <param name="Answered">Queries answered since the start.</param>
/// <param name="Refused">Queries refused since the start.</param>
/// <param name="Busy">Queries that found no place since the start.</param>
/// <param name="Inside">Queries that run or wait.</param>
/// <param name="SpentTokens">Tokens in the spent set.</param>
/// <param name="UnsettledTokens">Of these, not yet settled on the ledger.</param>
/// <param name="LogOrigin">Name of its log.</param>
/// <param name="LogSize">Entries in its log.</param>
/// <param name="MemoryBytes">Memory that a process with this miner alone can take: models, queries, messages, connections, and the runtime.</param>
public sealed record MinerStatus(
    string Name,
    ushort Netuid,
    string Hotkey,
    Uri Address,
    bool IsServing,
    IReadOnlyList<MinerModelStatus> Models,
    ulong Epoch,
    long Answered,
    long Refused,
    long Busy,
    int Inside,
    long SpentTokens,
    long UnsettledTokens,
    string LogOrigin,
    long LogSize,
    long MemoryBytes);

/// <summary>A model of a miner.</summary>
/// <param name="Id">The card's identifier.</param>
/// <param name="Card">Hash of the card.</param>
/// <param name="MemoryBytes">Bytes that it holds.</param>
/// <param name="QueryMemoryBytes">Bytes that one query of it takes on top.</param>
public sealed record MinerModelStatus(string Id, ReadOnlyMemory<byte> Card, long MemoryBytes, long QueryMemoryBytes);
