using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Circuits.Forests;
using Subnet.Health.Cli.Commands.Wallets;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Cli.Commands;

/// <summary>
/// <c>subnet model compile MODEL --input training.csv --output DIR</c>: writes the public card and the private circuit,
/// encrypted under a password.
/// </summary>
internal sealed class ModelCompileCommand : SubnetCommand
{
    private const string CardFile = "card.json";
    private const string PrivateFile = "circuit.bin";

    private readonly Argument<string> model = ModelArguments.Model();
    private readonly Option<string> input = ModelArguments.Input();
    private readonly Option<string> output = new("--output") { Description = "A folder to make; it must not exist.", HelpName = "DIR" };
    private readonly Option<string> id = new("--id") { Description = "A neutral identifier of the model.", DefaultValueFactory = _ => "model" };
    private readonly Option<string> title = new("--title") { Description = "One line for the card.", DefaultValueFactory = _ => "" };
    private readonly Option<string> use = new("--intended-use") { Description = "For whom and what the model is.", DefaultValueFactory = _ => "" };
    private readonly Option<string> limits = new("--limits") { Description = "Where it must not be used.", DefaultValueFactory = _ => "" };
    private readonly Option<string> data = new("--data") { Description = "What it was trained and measured on.", DefaultValueFactory = _ => "" };
    private readonly Option<string> features = new("--features")
    {
        Description = "Which columns are clinical features, as JSON (subnet/features/1); columns with catalogue names need no entry.",
        HelpName = "features.json",
    };

    private readonly Option<bool> publicWeights = new("--public-weights")
    {
        Description = "Declare the weights public: a query of 13 KB, and nothing hidden but the patient.",
    };

    private readonly Option<string[]> claims = new("--claim")
    {
        Description = "A metric measured on --data, for the card; may be given several times.",
        HelpName = "NAME=VALUE",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string> meaning = new("--output-meaning") { Description = "What an answer means; otherwise said from the model's task and classes.", DefaultValueFactory = _ => "" };
    private readonly Option<string?> label = LabelColumn.Option();
    private readonly Option<string?> circuit = ModelArguments.Circuit();

    private readonly Option<string?> passwordFile = OptionNames.Create<string?>(
        "--password-file", "A file whose first line is the password; else SUBNET_MODEL_PASSWORD, else a question.");

    public ModelCompileCommand()
        : base(
            "compile",
            "Write a model's public card and its private circuit, encrypted under a password.",
            new CommandExample("model compile heart.zip --input training.csv --output heart", "a saved model and rows for its ranges"))
    {
        Arguments.Add(model);
        foreach (Option option in (Option[])[input, label, output, circuit, publicWeights, features, id, title, use, limits, meaning, data, claims, passwordFile])
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ModelCompileDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string folder = context.FullPath(context.Get(output)
            ?? throw new CommandException(ErrorCodes.Usage, "No folder is given to write to.", "Give it with --output DIR."));
        if (Path.Exists(folder))
        {
            throw new CommandException(ErrorCodes.FileExists, $"'{folder}' exists.", "Choose another name or remove it.");
        }

        IPlainModel read = ModelArguments.ReadModel(context, model);
        SplitModel split = read.Split ?? throw new CircuitException($"the model cannot be compiled: {read.PlaintextReason}.");
        RowBatch rows = ModelArguments.ReadRows(context, input, read);
        FeatureMapping mapping = context.Get(features) is string named
            ? FeatureMapping.Read(await File.ReadAllBytesAsync(context.ExistingFile(named), cancellationToken).ConfigureAwait(false))
            : FeatureMapping.Default;
        ImmutableArray<CardInput> schema = CardSchema.Of(split, rows, mapping);
        var text = new CardText(context.Get(id)!, context.Get(title)!, context.Get(use)!, context.Get(limits)!, context.Get(data)!)
        {
            Claims = [.. (context.Get(claims) ?? []).Select(Claim)],
            Output = context.Get(meaning)!,
        };
        var reference = new ReferenceRows(split, rows, LabelColumn.Read(context, label, input));
        using OperatingSystemRandomSource random = new();
        Compilation compilation = ModelArguments.ReadCircuit(context, circuit) is CircuitKind kind
            ? Compilation.Of(ForestCompiler.Compile(split, reference, kind, random), read.Schema, schema, text, random, context.Time)
            : Compilation.Of(CircuitCompiler.Compile(split, reference, context.Get(publicWeights)), read.Schema, schema, text, random, context.Time);
        byte[] password = SecretInput.Read(
            context, context.Get(passwordFile), "SUBNET_MODEL_PASSWORD", "Password for the private circuit", "--password-file", confirm: true);
        byte[] sealedCircuit;
        try
        {
            sealedCircuit = compilation.Seal(password, random);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(password);
        }

        await WriteAsync(folder, compilation.Card, sealedCircuit, cancellationToken).ConfigureAwait(false);
        ModelCompileDocument document = new(
            folder,
            ModelCard.Hash(compilation.Card),
            compilation.Card.Length,
            sealedCircuit.Length,
            CircuitWords.Of(compilation.Kind),
            compilation.PrivatePart,
            compilation.Query,
            compilation.Forest,
            CostEntry.Of(compilation.Cost),
            QuantisationEntry.Of(compilation.Report));
        context.Output.Document(document, console =>
        {
            console.Write(document.Query?.Table() ?? document.Forest!.Table());
            context.Output.Raw($"private: {document.PrivatePart}\n{document.Cost.Sentence}\n{document.Quantisation.Sentence}\ncard {Convert.ToHexStringLower(document.Card)}\n{Path.Combine(folder, CardFile)}\n{Path.Combine(folder, PrivateFile)}\n");
        });
        return ExitCode.Done;
    }

    private static CardClaim Claim(string text)
    {
        string[] parts = text.Split('=', 2);
        return parts.Length == 2 && parts[0].Length > 0 && decimal.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value)
            ? new CardClaim(parts[0], value)
            : throw new CommandException(ErrorCodes.Usage, $"The claim '{text}' is not a name and a number.", "Give it as --claim auc=0.91.");
    }

    // A compiled model of either kind, its card, and how its private side is sealed.
    private sealed record Compilation(
        CircuitKind Kind, string PrivatePart, byte[] Card, CircuitQueryEntry? Query, ForestQueryEntry? Forest, QuantisationReport Report, CostEstimate Cost, Func<byte[], OperatingSystemRandomSource, byte[]> Seal)
    {
        public static Compilation Of(
            CompiledModel compiled, ModelSchema schema, ImmutableArray<CardInput> inputs, CardText text, OperatingSystemRandomSource random, TimeProvider time)
        {
            long[] weights = [.. compiled.Form.Weights];
            CommitmentOpening opening = CommitmentOpening.Create(weights, random);
            CostEstimate cost = new CostOracle(time).Estimate(compiled.Choice, 1);
            byte[] card = Checked(ModelCard.Write(compiled, schema, inputs, text, opening.Commit(GeneratorSet.Create(weights.Length)).Bytes, cost));
            return new Compilation(
                compiled.Kind,
                compiled.PrivatePart,
                card,
                CircuitQueryEntry.Of(compiled.Choice),
                null,
                compiled.Report,
                cost,
                (password, source) =>
                {
                    using var secret = new PrivateCircuit(ModelCard.Hash(card), weights, opening);
                    return CircuitFile.Seal(secret, password, ScryptCost.Default, source);
                });
        }

        public static Compilation Of(
            CompiledForest compiled, ModelSchema schema, ImmutableArray<CardInput> inputs, CardText text, OperatingSystemRandomSource random, TimeProvider time)
        {
            byte[] salt = new byte[32];
            random.Fill(salt);
            using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
            CostEstimate cost = ForestCost.Estimate(compiled, time, randomness);
            byte[] card = Checked(ModelCard.Write(compiled, schema, inputs, text, IntegerForest.Commit(salt, compiled.Forest.ToCanonical()), cost));
            return new Compilation(
                compiled.Kind,
                compiled.PrivatePart,
                card,
                null,
                ForestQueryEntry.Of(compiled),
                compiled.Report,
                cost,
                (password, source) => ForestFile.Seal(new PrivateForest(ModelCard.Hash(card), salt, compiled.Forest), password, ScryptCost.Default, source));
        }

        // What is written must be what a client can read.
        private static byte[] Checked(byte[] card)
        {
            CardReader.Read(card);
            return card;
        }
    }

    private static async Task WriteAsync(string folder, byte[] card, byte[] circuit, CancellationToken cancellationToken)
    {
        // Made under another name first: a full disk or Ctrl-C leaves no half of a pair.
        string partial = folder + ".partial";
        try
        {
            Directory.CreateDirectory(partial);
            await File.WriteAllBytesAsync(Path.Combine(partial, CardFile), card, cancellationToken).ConfigureAwait(false);
            await File.WriteAllBytesAsync(Path.Combine(partial, PrivateFile), circuit, cancellationToken).ConfigureAwait(false);
            Directory.Move(partial, folder);
        }
        finally
        {
            if (Directory.Exists(partial))
            {
                Directory.Delete(partial, recursive: true);
            }
        }
    }
}

/// <summary>The answer of <c>subnet model compile</c>.</summary>
internal sealed record ModelCompileDocument(
    string Folder,
    byte[] Card,
    int CardBytes,
    int CircuitBytes,
    string Circuit,
    string PrivatePart,
    CircuitQueryEntry? Query,
    ForestQueryEntry? Forest,
    CostEntry Cost,
    QuantisationEntry Quantisation) : Document(FormatName)
{
    public const string FormatName = "subnet/model-compile/1";
}
