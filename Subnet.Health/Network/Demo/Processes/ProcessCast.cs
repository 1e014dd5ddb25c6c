using Subnet.Core.State;

namespace Subnet.Health.Network.Demo.Processes;

/// <summary>Everybody in a process of their own. All processes are started at once, since each takes a while to get ready; the parties then come up in turn.</summary>
internal sealed class ProcessCast : IDemoCast
{
    private readonly DemoPlace place;
    private readonly ulong seed;
    private readonly Dictionary<(string Role, string Name), PartyProcess> processes = [];
    private ulong height;

    /// <param name="place">Folder, keys, clock.</param>
    /// <param name="seed">Where the parties' keys come from.</param>
    /// <param name="arguments">Global options that all parties share.</param>
    /// <exception cref="IOException">A process cannot be started.</exception>
    public ProcessCast(DemoPlace place, ulong seed, IReadOnlyList<string> arguments)
    {
        (this.place, this.seed) = (place, seed);
        foreach ((string role, string name) in Everybody())
        {
            processes[(role, name)] = PartyProcess.Start(role, name, [.. arguments, "--folder", place.Home], place.Time);
        }
    }

    /// <inheritdoc/>
    public async Task<IDemoNode> StartNodeAsync(CancellationToken cancellationToken)
    {
        PartyProcess process = processes[("node", "node")];
        PartyReply reply = await process.AskAsync(Request("start") with { Seed = seed }, cancellationToken).ConfigureAwait(false);
        NetworkFile file = new(DemoPlan.Network, place.Seed.IsShared, new NetworkNode(reply.Address!, null), []);
        file.Write(place.Home);
        return new Node(this, process, reply.Address!);
    }

    /// <inheritdoc/>
    public async Task<IDemoMiner> StartMinerAsync(DemoMiner miner, DemoWorld world, CancellationToken cancellationToken)
    {
        PartyProcess process = processes[("miner", miner.Name)];
        return new Server(this, process, await process.AskAsync(Request("start") with { Seed = seed }, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async Task<IDemoValidator> StartValidatorAsync(DemoValidator validator, DemoBudget budget, DemoWorld world, CancellationToken cancellationToken)
    {
        PartyProcess process = processes[("validator", validator.Name)];
        return new Server(this, process, await process.AskAsync(Request("start") with { Seed = seed, Budget = budget }, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async Task<IDemoClinic> OpenClinicAsync(string clinic, DemoWorld world, CancellationToken cancellationToken)
    {
        PartyProcess process = processes[("clinic", clinic)];
        return new Clinic(this, process, await process.AskAsync(Request("start") with { Seed = seed }, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Task.WhenAll(processes.Values.Select(process => process.DisposeAsync().AsTask())).ConfigureAwait(false);

    private static IEnumerable<(string Role, string Name)> Everybody() =>
    [
        ("node", "node"),
        .. DemoPlan.Miners.Select(miner => ("miner", miner.Name)),
        .. DemoPlan.Validators.Select(validator => ("validator", validator.Name)),
        .. DemoPlan.Clinics.Select(clinic => ("clinic", clinic)),
    ];

    private PartyRequest Request(string what) => new(what, Volatile.Read(ref height));

    private abstract class Party(ProcessCast cast, PartyProcess process) : IDemoParty
    {
        public int? Pid => process.Pid;

        public ValueTask DisposeAsync() => process.DisposeAsync();

        public async Task AnchorAsync(CancellationToken cancellationToken) => await AskAsync("anchor", cancellationToken).ConfigureAwait(false);

        public async Task BuyAsync(DemoMiner miner, int rows, int count, CancellationToken cancellationToken) =>
            await AskAsync("buy", cancellationToken, request => request with { Miner = miner.Name, Rows = rows, Count = count }).ConfigureAwait(false);

        protected Task<PartyReply> AskAsync(
            string what, CancellationToken cancellationToken, Func<PartyRequest, PartyRequest>? with = null, IProgress<string>? steps = null) =>
            process.AskAsync(with is null ? cast.Request(what) : with(cast.Request(what)), cancellationToken, steps);
    }

    private sealed class Node(ProcessCast cast, PartyProcess process, Uri address) : Party(cast, process), IDemoNode
    {
        private readonly ProcessCast all = cast;

        public Uri Address => address;

        public async Task<IReadOnlyList<AccountId>> PendingAsync(CancellationToken cancellationToken) =>
            [.. ((await AskAsync("pending", cancellationToken).ConfigureAwait(false)).Accounts ?? []).Select(account => new AccountId(Convert.FromHexString(account)))];

        public async Task<ulong> MakeBlockAsync(CancellationToken cancellationToken)
        {
            ulong made = (await AskAsync("block", cancellationToken).ConfigureAwait(false)).Height;
            Volatile.Write(ref all.height, made);
            return made;
        }

        public async Task<Uri> StartIssuerAsync(ushort netuid, CancellationToken cancellationToken) =>
            (await AskAsync("issuer", cancellationToken, request => request with { Netuid = netuid }).ConfigureAwait(false)).Address!;
    }

    private sealed class Server(ProcessCast cast, PartyProcess process, PartyReply started) : Party(cast, process), IDemoMiner, IDemoValidator
    {
        public Uri Address => started.Address!;

        public string LogOrigin => started.LogOrigin!;

        public async Task<bool> AdvanceAsync(CancellationToken cancellationToken) => (await AskAsync("advance", cancellationToken).ConfigureAwait(false)).IsWaiting;

        public async Task<DemoTally> TallyAsync(CancellationToken cancellationToken) => (await AskAsync("tally", cancellationToken).ConfigureAwait(false)).Tally;

        public async Task<DemoKnowledge> ReadAsync(CancellationToken cancellationToken) => (await AskAsync("read", cancellationToken).ConfigureAwait(false)).Knowledge!;
    }

    private sealed class Clinic(ProcessCast cast, PartyProcess process, PartyReply started) : Party(cast, process), IDemoClinic
    {
        public string LogOrigin => started.LogOrigin!;

        public async Task<DemoAsked> AskTableAsync(ushort netuid, DemoBudget budget, CancellationToken cancellationToken) =>
            (await AskAsync("table", cancellationToken, request => request with { Netuid = netuid, Budget = budget }).ConfigureAwait(false)).Asked!;

        public async Task<DemoAsked> AskRecordsAsync(CancellationToken cancellationToken) => (await AskAsync("records", cancellationToken).ConfigureAwait(false)).Asked!;

        public Task AskForOutcomesAsync(ushort netuid, int patients, CancellationToken cancellationToken) =>
            AskAsync("outcomes", cancellationToken, request => request with { Netuid = netuid, Count = patients });

        public async Task<double> MeasureCompositionAsync(int rounds, CancellationToken cancellationToken) =>
            (await AskAsync("composition", cancellationToken, request => request with { Count = rounds }).ConfigureAwait(false)).Overhead;

        public async Task<DemoOrganicResult> ScoreAsync(ushort netuid, IProgress<string> steps, CancellationToken cancellationToken) =>
            (await AskAsync("score", cancellationToken, request => request with { Netuid = netuid }, steps).ConfigureAwait(false)).Organic!;
    }
}
