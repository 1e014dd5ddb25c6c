using Subnet.Core.Ledger;
using Subnet.Health.Clinic;
using Subnet.Health.Node;

namespace Subnet.Health.Network.Demo.Processes;

/// <summary>
/// One party of the demonstration in this process: does what comes on standard input, one request after the other, until it is told to stop or the input ends. So it never
/// outlives the demonstration, however that ends.
/// </summary>
/// <param name="role">node, miner, validator or clinic.</param>
/// <param name="name">The party's name.</param>
/// <param name="home">The folder of everything.</param>
/// <param name="samples">Models and tables.</param>
/// <param name="time">The clock.</param>
/// <param name="loggers">Structured logs.</param>
internal sealed class PartyHost(string role, string name, string home, SampleFolder samples, TimeProvider time, ILoggerFactory loggers)
{
    /// <summary>Runs the party.</summary>
    /// <param name="input">Requests.</param>
    /// <param name="output">Replies.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="InvalidDataException">A line is no request.</exception>
    public async Task RunAsync(TextReader input, TextWriter output, CancellationToken stop)
    {
        IDemoParty? party = null;
        RemoteLedger? ledger = null;
        DemoPlace? place = null;

        // Parties come up one after the other; what needs nobody else is done before it is one's turn.
        DemoModels models = new(samples);
        Task warm = Task.Run(() => Compile(models), CancellationToken.None);
        try
        {
            while (await NextAsync(input, stop).ConfigureAwait(false) is { } line)
            {
                PartyRequest request = PartyLine.Read<PartyRequest>(line);
                if (request.Do == "stop")
                {
                    break;
                }

                PartyReply reply;
                try
                {
                    if (request.Do == "start")
                    {
                        await warm.ConfigureAwait(false);
                        place = PlaceOf(request, models);
                        ledger = role == "node" ? null : await ConnectAsync(stop).ConfigureAwait(false);
                        await (ledger?.Client.WaitForHeightAsync(request.Height, stop) ?? Task.FromResult(0UL)).ConfigureAwait(false);
                        party = await StartAsync(place, ledger, request, stop).ConfigureAwait(false);
                        reply = Started(party);
                    }
                    else
                    {
                        await (ledger?.Client.WaitForHeightAsync(request.Height, stop) ?? Task.FromResult(0UL)).ConfigureAwait(false);
                        reply = await AnswerAsync(party ?? throw new InvalidDataException("the party was not started"), request, output, stop).ConfigureAwait(false);
                    }
                }
                catch (Exception e) when (e is IOException or LedgerRefusedException or LedgerUnreachableException or ClinicException or InvalidOperationException or TimeoutException)
                {
                    reply = new PartyReply { Error = e.Message };
                }

                await SayAsync(output, reply).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped from outside; what is open is closed as for a request to stop.
        }
        finally
        {
            foreach (IAsyncDisposable opened in new IAsyncDisposable?[] { party, ledger }.OfType<IAsyncDisposable>())
            {
                await opened.DisposeAsync().ConfigureAwait(false);
            }

            place?.Keys.Dispose();
            place?.Seed.Dispose();
        }
    }

    // A console's reader cannot be cancelled: the read goes on in a thread that does not keep the process.
    private static async Task<string?> NextAsync(TextReader input, CancellationToken stop)
    {
        Task<string?> line = Task.Factory.StartNew(input.ReadLine, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return await line.WaitAsync(stop).ConfigureAwait(false);
    }

    private static async Task SayAsync(TextWriter output, PartyReply reply)
    {
        await output.WriteLineAsync(PartyLine.Write(reply)).ConfigureAwait(false);
        await output.FlushAsync().ConfigureAwait(false);
    }

    private void Compile(DemoModels models)
    {
        foreach (ushort netuid in role switch
        {
            "miner" => DemoPlan.Miners.Where(miner => miner.Name == name).Select(miner => miner.Netuid),
            "clinic" => DemoPlan.Subnets.Select(subnet => subnet.Netuid),
            _ => [],
        })
        {
            models.Of(netuid);
        }
    }

    private DemoPlace PlaceOf(PartyRequest request, DemoModels models)
    {
        NetworkSeed seed = NetworkSeed.Of(request.Seed ?? throw new InvalidDataException("a party needs the seed"));
        return new DemoPlace(home, seed, samples, new DemoKeys(seed, home), time, loggers) { Models = models };
    }

    private Task<RemoteLedger> ConnectAsync(CancellationToken stop) => RemoteLedger.ConnectAsync(
        new NodeConnection(new FileAddresses(home).Node(), null, time), GenesisFile.Parse(File.ReadAllBytes(Path.Combine(home, "node", "genesis.json"))).Hash, time, stop);

    private async Task<IDemoParty> StartAsync(DemoPlace place, RemoteLedger? ledger, PartyRequest request, CancellationToken stop)
    {
        if (ledger is null)
        {
            return await DemoNode.OpenAsync(place, stop).ConfigureAwait(false);
        }

        DemoWorld world = new(place, ledger.Client, new FileAddresses(home));
        return role switch
        {
            "miner" => await DemoMinerParty.StartAsync(DemoPlan.Miners.Single(miner => miner.Name == name), world, stop).ConfigureAwait(false),
            "validator" => await DemoValidatorParty.StartAsync(
                DemoPlan.Validators.Single(validator => validator.Name == name), request.Budget ?? throw new InvalidDataException("a validator needs the budget"), world, stop)
                .ConfigureAwait(false),
            "clinic" => await DemoClinicParty.OpenAsync(name, world).ConfigureAwait(false),
            _ => throw new InvalidDataException($"the demonstration has no role '{role}'"),
        };
    }

    private static PartyReply Started(IDemoParty party) => party switch
    {
        IDemoNode node => new PartyReply { Address = node.Address },
        IDemoServer server => new PartyReply { Address = server.Address, LogOrigin = server.LogOrigin },
        IDemoClinic clinic => new PartyReply { LogOrigin = clinic.LogOrigin },
        _ => new PartyReply(),
    };

    private static async Task<PartyReply> AnswerAsync(IDemoParty party, PartyRequest request, TextWriter output, CancellationToken stop)
    {
        switch (party, request.Do)
        {
            case (IDemoNode node, "pending"):
                return new PartyReply { Accounts = [.. (await node.PendingAsync(stop).ConfigureAwait(false)).Select(account => Convert.ToHexStringLower(account.ToArray()))] };
            case (IDemoNode node, "block"):
                return new PartyReply { Height = await node.MakeBlockAsync(stop).ConfigureAwait(false) };
            case (IDemoNode node, "issuer"):
                return new PartyReply { Address = await node.StartIssuerAsync(request.Netuid, stop).ConfigureAwait(false) };
            case (IDemoValidator validator, "advance"):
                return new PartyReply { IsWaiting = await validator.AdvanceAsync(stop).ConfigureAwait(false) };
            case (IDemoValidator validator, "tally"):
                return new PartyReply { Tally = await validator.TallyAsync(stop).ConfigureAwait(false) };
            case (IDemoValidator validator, "read"):
                return new PartyReply { Knowledge = await validator.ReadAsync(stop).ConfigureAwait(false) };
            case (IDemoServer server, "anchor"):
                await server.AnchorAsync(stop).ConfigureAwait(false);
                return new PartyReply();
            case (IDemoServer server, "buy"):
                await server.BuyAsync(MinerOf(request), request.Rows, request.Count, stop).ConfigureAwait(false);
                return new PartyReply();
            case (IDemoClinic clinic, _):
                return await AnswerAsync(clinic, request, output, stop).ConfigureAwait(false);
            default:
                throw new InvalidDataException($"this party does not do '{request.Do}'");
        }
    }

    private static async Task<PartyReply> AnswerAsync(IDemoClinic clinic, PartyRequest request, TextWriter output, CancellationToken stop)
    {
        switch (request.Do)
        {
            case "anchor":
                await clinic.AnchorAsync(stop).ConfigureAwait(false);
                return new PartyReply();
            case "buy":
                await clinic.BuyAsync(MinerOf(request), request.Rows, request.Count, stop).ConfigureAwait(false);
                return new PartyReply();
            case "table":
                return new PartyReply { Asked = await clinic.AskTableAsync(request.Netuid, request.Budget!, stop).ConfigureAwait(false) };
            case "records":
                return new PartyReply { Asked = await clinic.AskRecordsAsync(stop).ConfigureAwait(false) };
            case "outcomes":
                await clinic.AskForOutcomesAsync(request.Netuid, request.Count, stop).ConfigureAwait(false);
                return new PartyReply();
            case "composition":
                return new PartyReply { Overhead = await clinic.MeasureCompositionAsync(request.Count, stop).ConfigureAwait(false) };
            case "score":
                Steps steps = new(output);
                return new PartyReply { Organic = await clinic.ScoreAsync(request.Netuid, steps, stop).ConfigureAwait(false) };
            default:
                throw new InvalidDataException($"a clinic does not do '{request.Do}'");
        }
    }

    private static DemoMiner MinerOf(PartyRequest request) => DemoPlan.Miners.Single(miner => miner.Name == request.Miner);

    private sealed class Steps(TextWriter output) : IProgress<string>
    {
        // The reply is written after the last step, by the same flow of control.
        public void Report(string value)
        {
            output.WriteLine(PartyLine.Write(new PartyReply { Step = value }));
            output.Flush();
        }
    }
}
