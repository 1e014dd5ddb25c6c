using System.Collections.Immutable;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Miner;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;
using Subnet.Health.Network.Demo.Conduct;

namespace Subnet.Health.Network.Demo;

/// <summary>A subnet's model as its public maker compiled it, and in the clear for comparison.</summary>
/// <param name="Subnet">The subnet.</param>
/// <param name="Plain">The model as ML.NET wrote it.</param>
/// <param name="Compiled">Its integer form.</param>
/// <param name="Inputs">Feature schema of its card.</param>
internal sealed record DemoModel(DemoSubnet Subnet, IPlainModel Plain, CompiledModel Compiled, ImmutableArray<CardInput> Inputs);

/// <summary>Reads and compiles the shipped models, and makes of each what a miner serves.</summary>
internal sealed class DemoModels(SampleFolder samples)
{
    /// <summary>Shares of the largest weights that the cheaper model of a swapping miner keeps.</summary>
    private const double KeptShare = 0.4;

    private readonly Dictionary<ushort, DemoModel> models = [];

    /// <summary>The compiled model of a subnet; compiled once.</summary>
    public DemoModel Of(ushort netuid)
    {
        if (models.TryGetValue(netuid, out DemoModel? known))
        {
            return known;
        }

        DemoSubnet subnet = DemoPlan.Subnets.Single(subnet => subnet.Netuid == netuid);
        IPlainModel plain = ModelReader.Read(samples.ModelPath(subnet.Model));
        SplitModel split = plain.Split ?? throw new CircuitException($"the sample {subnet.Model} cannot be compiled.");
        using StringReader table = new(samples.Table(subnet.Data));
        RowBatch rows = RowFileReader.Read(table, plain.Schema);
        CompiledModel compiled = CircuitCompiler.Compile(split, new ReferenceRows(split, rows));
        FeatureMapping mapping = subnet.Features is { } file ? FeatureMapping.Read(File.ReadAllBytes(samples.ModelPath(file))) : FeatureMapping.Default;
        return models[netuid] = new DemoModel(subnet, plain, compiled, CardSchema.Of(split, rows, mapping));
    }

    /// <summary>
    /// What a miner puts on the ledger and serves, by its conduct; the relay's way to its victim is given later. What the folder holds is served again: a card made anew would be
    /// a second one on the ledger.
    /// </summary>
    /// <param name="miner">The miner.</param>
    /// <param name="folder">Where card and private circuit are kept.</param>
    /// <param name="password">Password of the private circuit.</param>
    /// <param name="randomness">Blinds commitments and answers.</param>
    /// <param name="victim">Whom a relay asks.</param>
    public IServedModel Serve(DemoMiner miner, string folder, ReadOnlySpan<byte> password, IRandomSourceFactory randomness, IRelayVictim? victim)
    {
        DemoModel model = Of(miner.Netuid);
        long[] weights = [.. model.Compiled.Form.Weights];

        // The private circuit wipes what it is given.
        long[] committed = [.. weights.Select(weight => miner.Conduct == MinerConduct.Relay ? weight / 2 : weight)];
        if (!File.Exists(Path.Combine(folder, "card.json")))
        {
            Write(folder, Make(miner, model, committed, password, randomness));
        }

        CircuitServedModel honest = CircuitServedModel.Load(
            File.ReadAllBytes(Path.Combine(folder, "card.json")), File.ReadAllBytes(Path.Combine(folder, "circuit.bin")), password, randomness);
        return miner.Conduct switch
        {
            MinerConduct.Lazy => new LazyModel(honest, weights.Sum(Math.Abs), randomness),
            MinerConduct.Swap => new SwappedModel(honest, Cheaper(weights), randomness),
            MinerConduct.Relay => new RelayModel(honest, victim ?? throw new ArgumentNullException(nameof(victim))),
            _ => honest,
        };
    }

    // Both files are there or none, also where the process ends in between.
    private static void Write(string folder, (byte[] Card, byte[] Circuit) made)
    {
        string begun = folder + ".new";
        Directory.CreateDirectory(begun);
        File.WriteAllBytes(Path.Combine(begun, "card.json"), made.Card);
        File.WriteAllBytes(Path.Combine(begun, "circuit.bin"), made.Circuit);
        if (Directory.Exists(folder))
        {
            // Only where it is empty: what somebody else put there is not removed.
            Directory.Delete(folder);
        }

        Directory.Move(begun, folder);
    }

    private static (byte[] Card, byte[] Circuit) Make(
        DemoMiner miner, DemoModel model, long[] weights, ReadOnlySpan<byte> password, IRandomSourceFactory randomness)
    {
        using IRandomSource random = randomness.Create();
        CommitmentOpening opening = CommitmentOpening.Create(weights, random);
        byte[] commitment = opening.Commit(GeneratorSet.Create(weights.Length)).Bytes.ToArray();
        CardText text = new(
            model.Subnet.Name,
            model.Subnet.Title,
            "Demonstration on public data sets; not for care.",
            "Trained on three quarters of one public table; not validated for any patient.",
            $"samples/data/{model.Subnet.Data}.csv, served by {miner.Name}");
        byte[] card = ModelCard.Write(model.Compiled, model.Plain.Schema, model.Inputs, text, commitment);
        using PrivateCircuit circuit = new(ModelCard.Hash(card), weights, opening);
        return (card, CircuitFile.Seal(circuit, password, ScryptCost.Minimum, random));
    }

    /// <summary>The same model with its smaller weights left out: less to compute, worse answers.</summary>
    private static long[] Cheaper(long[] weights)
    {
        long threshold = weights.Select(Math.Abs).Order().ElementAt((int)(weights.Length * (1 - KeptShare)));
        return [.. weights.Select(weight => Math.Abs(weight) >= threshold ? weight : 0)];
    }
}
