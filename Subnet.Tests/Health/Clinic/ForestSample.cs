using System.Collections.Immutable;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Circuits.Forests;
using Subnet.Health.Miner;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;
using Subnet.Tests.Support;
using ModelCard = Subnet.Health.Circuits.ModelCard;

namespace Subnet.Tests.Health.Clinic;

/// <summary>A forest of the vectors as a miner publishes it under keys: ten trees of five leaves on heart failure.</summary>
internal sealed class ForestSample
{
    private const string Case = "hf-fasttree";
    private const int Ordinary = 60;
    private const int All = 112;

    public IPlainModel Plain { get; } = ModelReader.Read(SharedFolder.Require("vectors", "mlnet", Case, "model.zip"));

    /// <summary>The rows of which the model is sure, with outcomes as it would decide itself: it is good at any few of them.</summary>
    public string TableOfItsOwn()
    {
        string[] lines = Table(0, All).Split('\n');
        float[] probabilities = Plain.Predict(Rows(0, All)).Find("Probability") is NumberOutput output ? output.Values : [];
        IEnumerable<string> sure = lines.Skip(1).Zip(probabilities).Where(row => Math.Abs(row.Second - 0.5) > 0.2)
            .Select(row => row.First[..(row.First.LastIndexOf(',') + 1)] + (row.Second > 0.5 ? "1" : "0"));
        return string.Join('\n', [lines[0], .. sure]);
    }

    /// <summary>The header and some rows; the column <c>label</c> has the outcome.</summary>
    public static string Table(int first, int count)
    {
        string[] lines = File.ReadAllLines(SharedFolder.Require("vectors", "mlnet", Case, "input.csv"));
        return string.Join('\n', [lines[0], .. lines.Skip(1 + first).Take(count)]);
    }

    public RowBatch Rows(int first, int count) => RowFileReader.Read(new StringReader(Table(first, count)), Plain.Schema);

    public CompiledForest Compile(CircuitKind kind, IRandomSourceFactory randomness)
    {
        SplitModel split = Plain.Split!;
        using IRandomSource random = randomness.Create();
        return ForestCompiler.Compile(split, new ReferenceRows(split, Rows(0, Ordinary)), kind, random);
    }

    public IServedModel Publish(CircuitKind kind, RandomSourceFactory randomness) => Publish(Compile(kind, randomness), randomness);

    /// <summary>Serves a forest under a card with a commitment of its own.</summary>
    /// <param name="compiled">The forest.</param>
    /// <param name="randomness">The salt, and what answers take.</param>
    /// <param name="change">Other trees in place of the compiled ones; the card does not show it.</param>
    public IServedModel Publish(CompiledForest compiled, RandomSourceFactory randomness, Func<IntegerForest, IntegerForest>? change = null)
    {
        using IRandomSource random = randomness.Create();
        IntegerForest trees = change?.Invoke(compiled.Forest) ?? compiled.Forest;
        byte[] salt = new byte[32];
        random.Fill(salt);
        ImmutableArray<CardInput> schema = CardSchema.Of(Plain.Split!, Rows(0, Ordinary), FeatureMapping.Default);
        byte[] card = ModelCard.Write(
            compiled,
            Plain.Schema,
            schema,
            new CardText(CircuitWords.Of(compiled.Kind), "Heart failure", "Tests.", "Not for patients.", "vectors"),
            IntegerForest.Commit(salt, trees.ToCanonical()));
        byte[] file = ForestFile.Seal(new PrivateForest(ModelCard.Hash(card), salt, trees), "password"u8.ToArray(), ScryptCost.Minimum, random);
        return ServedModels.Load(card, file, "password"u8, randomness);
    }

    /// <summary>The same trees with every leaf through a function.</summary>
    public static IntegerForest WithLeaves(IntegerForest forest, Func<long, long> change)
    {
        BatchTree Through(BatchTree tree) => tree switch
        {
            BatchTree.Node node => node with { Zero = Through(node.Zero), One = Through(node.One) },
            BatchTree.Leaf leaf => new BatchTree.Leaf(change(leaf.Value)),
            _ => throw new ArgumentException("a tree has nodes and leaves", nameof(forest)),
        };

        return forest with { Trees = [.. forest.Trees.Select(Through)] };
    }
}
