using System.Security.Cryptography;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Sources;
using Subnet.Health.Scoring;
using Subnet.Tests.Health.Review;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Scoring;

/// <summary>A clinic, validators and miners with logs, stores and a clock of the test; a batch can be taken to any step, and a test lies at the step it is about.</summary>
internal sealed class ScoringFixture : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TransparencyLog log;
    private readonly NoteSigner signer;
    private readonly SigningKey noteKey = SigningKey.FromSeed(SHA256.HashData("log"u8));
    private readonly SeededRandomSource random = new(PrngType.Blake2Xb, new byte[64]);
    private readonly List<IDisposable> owned = [];
    private readonly byte? outcome;

    public ScoringFixture(int miners = 1, int validators = 2, ScoringMeasure? measure = null, int cases = 300, ScorePublication? publication = null, int patients = 256, byte? outcome = null)
    {
        this.outcome = outcome;
        Measure = measure ?? ScoringMeasure.SquaredError();
        Settings = ScoringSettings.Default with { Validators = validators, Patients = patients, Publication = publication ?? ScorePublication.Rounded };
        ClinicKey = Key("clinic");
        ValidatorKeys = [.. Enumerable.Range(0, validators).Select(i => Key($"validator {i}"))];
        Panel = [.. Enumerable.Range(0, miners).Select(i => new PanelMiner(Key($"miner {i}").PublicKey.ToArray(), SHA256.HashData([(byte)i])))];
        signer = new NoteSigner("scoring.test", SignatureType.Ed25519, noteKey);
        log = TestLog.Open(folder.Combine("log"), signer);
        Recorder = new AuditRecorder(log, "clinic", "test", 0, Clock, random);
        Store = new SqliteScoringStore(folder.Combine("clinic.db"), random);
        owned.Add(Store);
        Cases = [.. Enumerable.Range(0, cases).Select(MakeCase)];
        Beacon = new ScoringBeacon(120, SHA256.HashData("block 120"u8), [.. ValidatorKeys.Select(key => (ReadOnlyMemory<byte>)key.PublicKey.ToArray())]);
    }

    public ScoringMeasure Measure { get; }

    public ScoringSettings Settings { get; }

    public ManualClock Clock { get; } = new();

    public SigningKey ClinicKey { get; }

    public IReadOnlyList<SigningKey> ValidatorKeys { get; }

    public IReadOnlyList<PanelMiner> Panel { get; }

    public IReadOnlyList<ScoringCase> Cases { get; private set; }

    public ScoringBeacon Beacon { get; }

    public SqliteScoringStore Store { get; }

    public AuditRecorder Recorder { get; }

    public string Folder => folder.Path;

    public ScoringLog Log => new(Recorder, FindAsync);

    public ClinicScoring Clinic { get; private set; } = null!;

    public List<ValidatorScoring> Validators { get; } = [];

    public List<ScoringMessage> Transcript { get; } = [];

    /// <summary>What the log says of a code.</summary>
    public async Task<int> LoggedAsync(string code) => (await EntriesAsync()).Count(entry => entry.Members.TextOrNull("code") == code);

    /// <summary>The log's entries in order.</summary>
    public async Task<AuditEntry[]> EntriesAsync()
    {
        await log.FlushAsync();
        FileTileSource tiles = new(new PhysicalLogFiles(folder.Combine("log")));
        return [.. LogEntries.Read(tiles, 0, log.IntegratedSize, log.IntegratedSize).Select(entry => AuditEntry.Parse(entry.Bytes))];
    }

    private async Task<AuditEntry?> FindAsync(string name) => (await EntriesAsync()).SingleOrDefault(entry => entry.Event == name);

    /// <summary>Adds a case before the window is opened.</summary>
    public void Insert(ScoringCase item) => Cases = [item, .. Cases];

    public ClinicScoring NewClinic(IReadOnlyList<ScoringCase>? cases = null, ScoringLog? log = null, TimeProvider? clock = null)
    {
        // Labels, keys and secrets follow from a fixed seed, so that outputs can be pinned.
        RandomSourceFactory factory = RandomSourceFactory.FromSeed(SHA512.HashData("clinic"u8));
        ClinicScoring clinic = new(7, Measure, Panel, cases ?? Cases, Settings, ClinicKey, Store, log ?? Log, clock ?? Clock, factory);
        owned.Add(clinic);
        return clinic;
    }

    public SqliteScoringStore SeedsOf(int validator)
    {
        SqliteScoringStore seeds = new(folder.Combine($"validator-{validator}.db"), new SeededRandomSource(PrngType.Blake2Xb, SHA512.HashData([(byte)validator])));
        owned.Add(seeds);
        return seeds;
    }

    /// <summary>Window and seed commitments.</summary>
    public async Task OpenWindowAsync()
    {
        Clinic = NewClinic();
        ScoringMessage window = await Clinic.OpenWindowAsync();
        Transcript.Add(window);
        for (int i = 0; i < ValidatorKeys.Count; i++)
        {
            Validators.Add(ValidatorScoring.TryBegin(window, ValidatorKeys[i], SeedsOf(i), Log, Clock, Settings.Timetable)!);
            Assert.That(Clinic.AcceptSeed(await Validators[i].CommitSeedAsync()), Is.EqualTo(ScoringFault.None));
        }
    }

    /// <summary>The batch.</summary>
    public async Task<ScoreBatchOpen> OpenBatchAsync()
    {
        await OpenWindowAsync();
        (ScoreBatchOpen? batch, ScoringFault fault) = await Clinic.OpenBatchAsync(Beacon);
        Assert.That(fault, Is.EqualTo(ScoringFault.None));
        Transcript.Add(batch!.Message);
        return batch;
    }

    /// <summary>Outputs of every validator; <paramref name="change"/> may put others in their place.</summary>
    public async Task SendOutputsAsync(Func<int, ScoringMessage, ScoringMessage?>? change = null)
    {
        ScoreBatchOpen batch = await OpenBatchAsync();
        for (int i = 0; i < Validators.Count; i++)
        {
            (IReadOnlyList<ScoringMessage> outputs, ScoringFault fault) = await Validators[i].EvaluateAsync(batch.Message, Beacon);
            Assert.That(fault, Is.EqualTo(ScoringFault.None));
            foreach (ScoringMessage output in outputs)
            {
                if ((change is null ? output : change(i, output)) is { } sent)
                {
                    Assert.That(Clinic.AcceptOutputs(sent), Is.EqualTo(ScoringFault.None));
                }
            }
        }
    }

    /// <summary>Commitments and opened seeds; a validator in <paramref name="silent"/> keeps its seed.</summary>
    public async Task OpenSeedsAsync(Func<int, ScoringMessage, ScoringMessage?>? change = null, int silent = -1)
    {
        await SendOutputsAsync(change);
        IReadOnlyList<ScoringMessage> commits = await Clinic.CommitAsync();
        Transcript.AddRange(Clinic.Outputs);
        Transcript.AddRange(commits);
        for (int i = 0; i < Validators.Count; i++)
        {
            (ScoringMessage? seed, ScoringFault fault) = await Validators[i].AcceptCommitsAsync(commits);
            Assert.That(fault, Is.EqualTo(ScoringFault.None));
            if (i != silent)
            {
                Assert.That(Clinic.AcceptSeedOpening(seed!), Is.EqualTo(ScoringFault.None));
            }
        }

        Transcript.AddRange(Clinic.SeedOpenings);
    }

    /// <summary>Hands opened seeds and outputs round, and one opening to every validator.</summary>
    public async Task<IReadOnlyList<(ScoringMessage? Score, ScoringFault Fault)>> PublishAsync(ScoringMessage opening)
    {
        List<(ScoringMessage?, ScoringFault)> scores = [];
        foreach (ValidatorScoring validator in Validators)
        {
            foreach (ScoringMessage seed in Clinic.SeedOpenings)
            {
                Assert.That(validator.AcceptSeedOpening(seed), Is.EqualTo(ScoringFault.None));
            }

            foreach (ScoringMessage output in Clinic.Outputs)
            {
                Assert.That(validator.AcceptOutputs(output), Is.EqualTo(ScoringFault.None));
            }

            scores.Add(await validator.AcceptOpeningAsync(opening));
        }

        return scores;
    }

    /// <summary>A whole honest batch, and its transcript.</summary>
    public async Task<ScoringTranscript> RunAsync()
    {
        await OpenSeedsAsync();
        IReadOnlyList<ScoringMessage> openings = await Clinic.OpenAsync();
        Assert.That(openings, Has.Count.EqualTo(Panel.Count));
        Transcript.AddRange(openings);
        foreach (ScoringMessage opening in openings)
        {
            foreach ((ScoringMessage? score, ScoringFault fault) in await PublishAsync(opening))
            {
                Assert.That(fault, Is.EqualTo(ScoringFault.None));
                Transcript.Add(score!);
            }
        }

        return new ScoringTranscript(Beacon, Transcript);
    }

    /// <summary>A batch whose last validator keeps its seed, so that nothing is opened: the outputs of the others can be recomputed all the same.</summary>
    public async Task<ScoringTranscript> RunWithoutOpeningAsync()
    {
        await OpenSeedsAsync(silent: ValidatorKeys.Count - 1);
        return new ScoringTranscript(Beacon, Transcript);
    }

    public static async Task<byte[]> WriteAsync(ScoringTranscript transcript)
    {
        using MemoryStream stream = new();
        await transcript.WriteAsync(stream);
        return stream.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        owned.ForEach(item => item.Dispose());
        await log.DisposeAsync();
        noteKey.Dispose();
        random.Dispose();
        folder.Dispose();
    }

    private SigningKey Key(string name)
    {
        SigningKey key = SigningKey.FromSeed(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(name)));
        owned.Add(key);
        return key;
    }

    private ScoringCase MakeCase(int number)
    {
        // Outcomes follow a risk; miner 0 knows it, each further one less of it.
        Random draws = new(number);
        double risk = draws.NextDouble();
        byte label = outcome ?? (byte)(draws.NextDouble() < risk ? 1 : 0);
        if (Measure.Kind == ScoringKind.Argmax)
        {
            return MakeCaseOfClasses(number, draws);
        }

        return new ScoringCase(
            [.. Panel.Select((_, miner) => PredictionCommitment.Create(
                random,
                Convert.ToHexStringLower(SHA256.HashData([.. BitConverter.GetBytes(number), (byte)miner]).AsSpan(0, 16)),
                ((risk * (4 - miner)) + (0.5 * miner)) / 4))],
            label);
    }

    /// <summary>Outcomes of several classes, of which the true one has the largest probability two times of three.</summary>
    private ScoringCase MakeCaseOfClasses(int number, Random draws)
    {
        byte label = (byte)draws.Next(Measure.Classes);
        double[] risks = [.. Enumerable.Range(0, Measure.Classes).Select(_ => draws.NextDouble() / 2)];
        risks[label] += draws.Next(3) > 0 ? 0.5 : 0;
        return new ScoringCase(
            [.. Panel.Select((_, miner) => PredictionCommitment.Create(
                random, Convert.ToHexStringLower(SHA256.HashData([.. BitConverter.GetBytes(number), (byte)miner]).AsSpan(0, 16)), risks))],
            label);
    }
}

/// <summary>A clock that stands until it is moved.</summary>
internal sealed class ManualClock : TimeProvider
{
    private DateTimeOffset now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => now;

    public void Advance(TimeSpan time) => now += time;
}
