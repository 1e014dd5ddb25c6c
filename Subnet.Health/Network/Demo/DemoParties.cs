using Subnet.Core.State;

namespace Subnet.Health.Network.Demo;

/// <summary>A party of the demonstration, in this process or in one of its own; stopped by disposing it.</summary>
internal interface IDemoParty : IAsyncDisposable
{
    /// <summary>Its process, where that is not this one.</summary>
    int? Pid { get; }
}

/// <summary>The ledger's sequencer, with the token issuers beside it.</summary>
internal interface IDemoNode : IDemoParty
{
    /// <summary>Where <c>subnet.v1.Ledger</c> answers.</summary>
    Uri Address { get; }

    /// <summary>Whose transactions wait for a block; one entry for each.</summary>
    Task<IReadOnlyList<AccountId>> PendingAsync(CancellationToken cancellationToken);

    /// <summary>Makes a block now.</summary>
    /// <returns>Its height.</returns>
    Task<ulong> MakeBlockAsync(CancellationToken cancellationToken);

    /// <summary>Starts the token issuer of a subnet.</summary>
    /// <returns>Where it answers.</returns>
    Task<Uri> StartIssuerAsync(ushort netuid, CancellationToken cancellationToken);
}

/// <summary>A party that serves and keeps a log.</summary>
internal interface IDemoServer : IDemoParty
{
    /// <summary>Where it listens.</summary>
    Uri Address { get; }

    /// <summary>Name of its log.</summary>
    string LogOrigin { get; }

    /// <summary>Puts its log's checkpoint on the ledger.</summary>
    Task AnchorAsync(CancellationToken cancellationToken);

    /// <summary>Buys tokens for queries to a miner.</summary>
    Task BuyAsync(DemoMiner miner, int rows, int count, CancellationToken cancellationToken);
}

/// <summary>A miner.</summary>
internal interface IDemoMiner : IDemoServer;

/// <summary>A validator.</summary>
internal interface IDemoValidator : IDemoServer
{
    /// <summary>Does what is due at the newest block.</summary>
    /// <returns>Whether a ledger call of it waits for the next block.</returns>
    Task<bool> AdvanceAsync(CancellationToken cancellationToken);

    /// <summary>How many verdicts it has for and against miners.</summary>
    Task<DemoTally> TallyAsync(CancellationToken cancellationToken);

    /// <summary>What it knows of the miners.</summary>
    Task<DemoKnowledge> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>A clinic: its gateway, and the staff that asks.</summary>
internal interface IDemoClinic : IDemoParty
{
    /// <summary>Name of its log.</summary>
    string LogOrigin { get; }

    /// <summary>Puts its log's checkpoint on the ledger.</summary>
    Task AnchorAsync(CancellationToken cancellationToken);

    /// <summary>Buys tokens for queries to a miner.</summary>
    Task BuyAsync(DemoMiner miner, int rows, int count, CancellationToken cancellationToken);

    /// <summary>Asks about rows of a subnet's held-out table: some one by one, then in batches.</summary>
    Task<DemoAsked> AskTableAsync(ushort netuid, DemoBudget budget, CancellationToken cancellationToken);

    /// <summary>Asks the heart model about every FHIR record.</summary>
    Task<DemoAsked> AskRecordsAsync(CancellationToken cancellationToken);

    /// <summary>Asks about patients of a subnet's whole table, one query each, and reports what became of them.</summary>
    Task AskForOutcomesAsync(ushort netuid, int patients, CancellationToken cancellationToken);

    /// <summary>Compares one model with two models of two subnets asked at once.</summary>
    /// <returns>Median of the pair over median of the slower one, less 1; NaN for no rounds.</returns>
    Task<double> MeasureCompositionAsync(int rounds, CancellationToken cancellationToken);

    /// <summary>Has validators score the patients of a subnet whose outcomes were reported.</summary>
    /// <param name="netuid">The subnet.</param>
    /// <param name="steps">Told "beacon" when the blocks that draw the validators are waited for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<DemoOrganicResult> ScoreAsync(ushort netuid, IProgress<string> steps, CancellationToken cancellationToken);
}

/// <summary>Brings the parties up, here or elsewhere.</summary>
internal interface IDemoCast : IAsyncDisposable
{
    /// <summary>Opens the ledger whose genesis file lies in the node's folder.</summary>
    Task<IDemoNode> StartNodeAsync(CancellationToken cancellationToken);

    /// <summary>Opens a miner; its calls to the ledger wait for blocks.</summary>
    Task<IDemoMiner> StartMinerAsync(DemoMiner miner, DemoWorld world, CancellationToken cancellationToken);

    /// <summary>Opens a validator; its calls to the ledger wait for blocks.</summary>
    Task<IDemoValidator> StartValidatorAsync(DemoValidator validator, DemoBudget budget, DemoWorld world, CancellationToken cancellationToken);

    /// <summary>Opens a clinic's gateway.</summary>
    Task<IDemoClinic> OpenClinicAsync(string clinic, DemoWorld world, CancellationToken cancellationToken);
}

/// <summary>Verdicts of a validator.</summary>
/// <param name="For">In favour of miners.</param>
/// <param name="Against">Against miners.</param>
internal readonly record struct DemoTally(int For, int Against);

/// <summary>What a validator knows of a miner.</summary>
/// <param name="Miner">Its name.</param>
/// <param name="Valid">Agreed verdicts in its favour.</param>
/// <param name="Failed">Codes of the agreed verdicts against it.</param>
/// <param name="IsCopy">Whether it serves the answers of an older commitment.</param>
/// <param name="Score">Its smoothed score; null for none.</param>
internal sealed record DemoMinerKnowledge(string Miner, int Valid, IReadOnlyList<string> Failed, bool IsCopy, double? Score);

/// <summary>What a validator knows.</summary>
/// <param name="Miners">Of each miner.</param>
/// <param name="Sent">Queries that it sent.</param>
/// <param name="Plans">Plans that it logged.</param>
internal sealed record DemoKnowledge(IReadOnlyList<DemoMinerKnowledge> Miners, int Sent, int Plans);

/// <summary>What a clinic's queries gave.</summary>
/// <param name="Patients">In the order asked.</param>
/// <param name="QueryBytes">Bytes of a query of one patient; 0 where none was sent alone.</param>
/// <param name="ReplyBytes">Bytes of its reply.</param>
/// <param name="Milliseconds">Time of each query of one patient.</param>
/// <param name="Event">Event of the first query.</param>
internal sealed record DemoAsked(IReadOnlyList<DemoPatient> Patients, int QueryBytes, int ReplyBytes, IReadOnlyList<double> Milliseconds, string? Event);
