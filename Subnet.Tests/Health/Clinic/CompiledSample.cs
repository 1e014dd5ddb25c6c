using System.Collections.Immutable;
using System.Text;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Miner;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Clinic;

/// <summary>A model of the samples, compiled once for all tests; each miner gets a card and commitment of its own.</summary>
internal sealed class CompiledSample
{
    private static readonly Lazy<CompiledSample> HeartSample = new(() => new CompiledSample("heart-lbfgs-onehot-meanvar.zip", "heart-cleveland.csv", "heart"));

    private readonly SplitModel split;
    private readonly CompiledModel compiled;
    private readonly ImmutableArray<CardInput> schema;
    private readonly string id;

    private CompiledSample(string model, string table, string id)
    {
        this.id = id;
        Plain = ModelReader.Read(Path.Combine(RepositoryFolder.Find(), "samples", "models", model));
        TablePath = Path.Combine(RepositoryFolder.Find(), "samples", "data", table);
        using StreamReader text = File.OpenText(TablePath);
        Rows = RowFileReader.Read(text, Plain.Schema);
        split = Plain.Split!;
        compiled = CircuitCompiler.Compile(split, new ReferenceRows(split, Rows));
        FeatureMapping mapping = FeatureMapping.Read(File.ReadAllBytes(Path.Combine(RepositoryFolder.Find(), "samples", "models", $"{id}-features.json")));
        schema = CardSchema.Of(split, Rows, mapping);
    }

    /// <summary>A linear model of heart disease.</summary>
    public static CompiledSample Heart => HeartSample.Value;

    /// <summary>The model in the clear.</summary>
    public IPlainModel Plain { get; }

    /// <summary>Its rows.</summary>
    public RowBatch Rows { get; }

    /// <summary>The table of its rows.</summary>
    public string TablePath { get; }

    /// <summary>A table of the first rows that the card admits.</summary>
    public string Table(int rows, int skip = 0)
    {
        string[] lines = File.ReadAllLines(TablePath);
        CardClient card = CardClient.Open(Publish(RandomSourceFactory.FromSeed(new byte[64]), 1).Card.Span);
        List<string> taken = [lines[0]];
        foreach (string line in lines.Skip(1))
        {
            using StringReader one = new(lines[0] + "\n" + line);
            try
            {
                card.Prepare(RowFileReader.Read(one, Plain.Schema)).Dispose();
            }
            catch (RowsRefusedException)
            {
                continue;
            }

            if (skip-- <= 0)
            {
                taken.Add(line);
            }

            if (taken.Count == rows + 1)
            {
                break;
            }
        }

        return string.Join('\n', taken);
    }

    /// <summary>A card of the model whose columns are those features of a clinical record that a mapping says.</summary>
    public CardClient CardWith(string columns)
    {
        FeatureMapping mapping = FeatureMapping.Read(Encoding.UTF8.GetBytes($$"""{"format": "subnet/features/1", "columns": {{columns}}}"""));
        return CardClient.Open(WriteCard(CardSchema.Of(split, Rows, mapping), new byte[33]));
    }

    /// <summary>The served model of one miner.</summary>
    public IServedModel Publish(IRandomSourceFactory randomness, byte blinding)
    {
        long[] weights = [.. compiled.Form.Weights];
        using SeededRandomSource random = new(PrngType.Blake2Xb, [.. Enumerable.Repeat(blinding, PrngSeedBytes)]);
        CommitmentOpening opening = CommitmentOpening.Create(weights, random);
        byte[] commitment = opening.Commit(GeneratorSet.Create(weights.Length)).Bytes.ToArray();
        byte[] card = WriteCard(schema, commitment);
        using PrivateCircuit circuit = new(ModelCard.Hash(card), weights, opening);
        byte[] file = CircuitFile.Seal(circuit, "password"u8, ScryptCost.Minimum, random);
        return CircuitServedModel.Load(card, file, "password"u8, randomness);
    }

    private byte[] WriteCard(ImmutableArray<CardInput> inputs, byte[] commitment) =>
        ModelCard.Write(compiled, Plain.Schema, inputs, new CardText(id, "Heart disease", "Tests.", "Not for patients.", "heart-cleveland.csv"), commitment);

    private const int PrngSeedBytes = 64;
}
