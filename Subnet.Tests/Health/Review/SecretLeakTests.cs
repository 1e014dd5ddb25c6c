using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Clinic;
using Subnet.Health.Network;
using Subnet.Health.Network.Demo;
using Subnet.Health.Storage;
using Subnet.Health.Validator.Store;
using Subnet.Health.Wallets;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Review;

/// <summary>
/// The whole network of the demonstration runs in this process while everything that it logs, measures, traces and throws is kept, and then every secret that it had is looked for there, in
/// what it printed, and in every file that it left.
/// </summary>
[TestFixture]
internal sealed class SecretLeakTests
{
    // A seed of its own: another fixture's demonstration in this process has other secrets.
    private const ulong Seed = 0x5EC2E75;

    private readonly TemporaryFolder folder = new();
    private readonly ConcurrentQueue<string> thrown = new();
    private readonly ConcurrentQueue<string> measured = new();
    private readonly ConcurrentQueue<string> said = new();
    private readonly EverythingLogged logs = new();
    private readonly SecretSearch search = new();
    private string report = "";

    private string Home => folder.Combine("demo");

    [OneTimeSetUp]
    public async Task RunAsync()
    {
        using MeterListener meters = Meters();
        using ActivityListener activities = Activities();
        AppDomain.CurrentDomain.FirstChanceException += Keep;
        try
        {
            DemoOptions options = new(Home, Seed, DemoBudget.Small, RepositoryFolder.Find());
            DemoReport outcome = await new DemoRun(options, said.Enqueue, TimeProvider.System, logs).RunAsync(CancellationToken.None);
            report = JsonSerializer.Serialize(outcome);
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Keep;
        }

        using NetworkSeed seed = NetworkSeed.Of(Seed);
        using DemoKeys keys = new(seed, Home);
        AddKeys(keys);
        AddTokens(keys);
        AddHistory(keys);
        AddModels();
        AddIssuers(keys);
        AddValidators();
    }

    [OneTimeTearDown]
    public void Remove()
    {
        logs.Dispose();
        folder.Dispose();
    }

    [Test]
    public void No_secret_is_in_any_file_that_the_network_left()
    {
        List<string> found = [];
        int files = 0;
        foreach (string file in Directory.EnumerateFiles(Home, "*", SearchOption.AllDirectories).Where(file => !IsValidatorStore(file)))
        {
            files++;
            found.AddRange(search.Find(Path.GetRelativePath(Home, file), File.ReadAllBytes(file)));
        }

        Assert.That(files, Is.GreaterThan(100));
        Assert.That(found, Is.Empty);
    }

    [Test]
    public void Stores_with_the_seeds_of_audits_are_readable_for_their_owner_only()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("files have no mode there");
            return;
        }

        string[] stores = [.. Directory.EnumerateFiles(Home, "*", SearchOption.AllDirectories).Where(IsValidatorStore)];
        Assert.That(stores, Has.Length.GreaterThanOrEqualTo(DemoPlan.Validators.Count));
        foreach (string store in stores)
        {
            Assert.That(File.GetUnixFileMode(store), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), store);
        }
    }

    [Test]
    public void No_secret_is_in_what_was_logged_measured_traced_thrown_or_printed()
    {
        Assert.That(logs.Entries, Is.Not.Empty);
        Assert.That(measured, Is.Not.Empty);
        Assert.That(said, Is.Not.Empty);
        string[] found =
        [
            .. search.Find("the log", string.Join('\n', logs.Entries)),
            .. search.Find("metrics and traces", string.Join('\n', measured)),
            .. search.Find("an error", string.Join('\n', thrown)),
            .. search.Find("what is said", string.Join('\n', said)),
            .. search.Find("the report", report),
        ];
        Assert.That(found, Is.Empty);
    }

    [Test]
    public void Secrets_of_every_kind_were_looked_for() =>
        Assert.That(search.Kinds, Is.SupersetOf(new[]
        {
            "seed of a key", "seed of the network", "key of a store", "unspent token", "seed of a query", "key of a patient", "weights of a model", "blinding of a model", "key of an issuer",
            "seed of an audit", "salt of a weight vector",
        }));

    [TestCase("raw")]
    [TestCase("hex")]
    [TestCase("HEX")]
    [TestCase("base64")]
    [TestCase("base64url")]
    [TestCase("base64 in the middle")]
    [TestCase("base58")]
    [TestCase("decimal")]
    public void Secret_that_is_there_is_found(string form)
    {
        byte[] secret = SHA256.HashData("a secret"u8);
        SecretSearch planted = new();
        planted.Add("a secret", secret);
        byte[] text = form switch
        {
            "raw" => secret,
            "hex" => Encoding.UTF8.GetBytes(Convert.ToHexStringLower(secret)),
            "HEX" => Encoding.UTF8.GetBytes(Convert.ToHexString(secret)),
            "base64" => Encoding.UTF8.GetBytes(Convert.ToBase64String(secret)),
            "base64url" => Encoding.UTF8.GetBytes(Convert.ToBase64String(secret).Replace('+', '-').Replace('/', '_').TrimEnd('=')),
            "base64 in the middle" => Encoding.UTF8.GetBytes(Convert.ToBase64String([1, 2, 3, 4, .. secret, 5, 6])),
            "base58" => Encoding.UTF8.GetBytes(Base58.Encode(secret)),
            _ => Encoding.UTF8.GetBytes($"[{string.Join(',', secret)}]"),
        };
        Assert.That(planted.Find("a text", [.. "before "u8, .. text, .. " after"u8]), Is.Not.Empty);
        Assert.That(planted.Find("a text", "before and after"), Is.Empty);
    }

    private static bool IsValidatorStore(string file) => Path.GetFileName(file).StartsWith("validator.db", StringComparison.Ordinal);

    private void Keep(object? sender, FirstChanceExceptionEventArgs e) =>
        thrown.Enqueue($"{e.Exception.Message} {string.Join(' ', e.Exception.Data.Values.Cast<object?>())} {(e.Exception as ClinicException)?.Fix}");

    private MeterListener Meters()
    {
        MeterListener listener = new()
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name.StartsWith("Subnet", StringComparison.OrdinalIgnoreCase))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => KeepMeasurement(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => KeepMeasurement(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => KeepMeasurement(instrument, value, tags));
        listener.Start();
        return listener;
    }

    private void KeepMeasurement(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        measured.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{instrument.Meter.Name} {instrument.Name} {value} {string.Join(' ', tags.ToArray())}"));

    private ActivityListener Activities()
    {
        ActivityListener listener = new()
        {
            ShouldListenTo = static source => !source.Name.StartsWith("System.", StringComparison.Ordinal),
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => measured.Enqueue($"{activity.DisplayName} {string.Join(' ', activity.TagObjects)} {string.Join(' ', activity.Baggage)}"),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private void AddKeys(DemoKeys keys)
    {
        byte[] number = new byte[sizeof(ulong)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(number, Seed);
        search.Add("seed of the network", SHA256.HashData([.. "subnet-network-seed/1\n"u8, .. number]));
        byte[] seed = new byte[SigningKey.SeedByteCount];
        foreach (string wallet in DemoKeys.Wallets)
        {
            foreach (SigningKey key in new[] { keys.Cold(wallet), keys.Hot(wallet) })
            {
                key.CopySeed(seed);
                search.Add("seed of a key", seed);
                search.Add("seed of a key", SHA512.HashData(seed).AsSpan(0, 32));
            }
        }

        foreach (string clinic in DemoPlan.Clinics)
        {
            AddStoreKey(keys.Cold("clinic-" + clinic), "clinic/" + clinic);
        }
    }

    private void AddStoreKey(SigningKey owner, string store)
    {
        byte[] signature = DomainSignature.Sign(owner, "subnet-at-rest/1", Encoding.UTF8.GetBytes(store));
        search.Add("key of a store", signature);
        search.Add("key of a store", HKDF.DeriveKey(HashAlgorithmName.SHA256, signature, 32, [], Encoding.UTF8.GetBytes(store)));
    }

    // A token is type, nonce, digest of the challenge, name of the key, signature; the first and the last are nobody's but the buyer's.
    private void AddTokens(DemoKeys keys)
    {
        List<(string Store, SigningKey Owner, string Label)> wallets =
        [
            .. DemoPlan.Clinics.Select(name => (Path.Combine("clinic", name), keys.Cold("clinic-" + name), "clinic/" + name)),
            .. DemoPlan.Validators.Select(validator => (Path.Combine("validator", validator.Name), keys.Hot("validator-" + validator.Name), "validator-" + validator.Name)),
        ];
        foreach ((string store, SigningKey owner, string label) in wallets)
        {
            using AtRestKey atRest = AtRestKey.Derive(owner, label, SeededRandom());
            AddStoreKey(owner, label);
            foreach ((byte[] id, long state, byte[] secret) in Read(Path.Combine(Home, store, "tokens.db"), "select id, state, secret from token"))
            {
                byte[] opened = atRest.Open(secret, id)!;
                if (state < 2)
                {
                    search.Add("unspent token", opened.AsSpan(2, 32));
                    search.Add("unspent token", opened.AsSpan(Math.Max(0, opened.Length - 32)));
                }
            }
        }
    }

    private void AddHistory(DemoKeys keys)
    {
        foreach (string clinic in DemoPlan.Clinics)
        {
            using AtRestKey atRest = AtRestKey.Derive(keys.Cold("clinic-" + clinic), "clinic/" + clinic, SeededRandom());
            string file = Path.Combine(Home, "clinic", clinic, "history.db");
            foreach ((byte[] name, _, byte[] secret) in Read(file, "select name, 0, key from patient"))
            {
                search.Add("key of a patient", atRest.Open(secret, name)!);
            }

            foreach ((byte[] name, _, byte[] secret) in Read(file, "select cast(event as blob), 0, secret from query"))
            {
                byte[] plain = atRest.Open(secret, [.. "query "u8, .. name])!;
                using JsonDocument kept = JsonDocument.Parse(plain);
                search.Add("seed of a query", kept.RootElement.GetProperty("master").GetBytesFromBase64());
                if (kept.RootElement.GetProperty("prediction_salt") is { ValueKind: JsonValueKind.String } salt)
                {
                    search.Add("salt of a prediction", salt.GetBytesFromBase64());
                }
            }
        }
    }

    private void AddModels()
    {
        foreach (string file in Directory.EnumerateFiles(Home, "circuit.bin", SearchOption.AllDirectories))
        {
            using PrivateCircuit circuit = CircuitFile.Unseal(File.ReadAllBytes(file), Encoding.UTF8.GetBytes(DemoKeys.Password));
            search.AddNumbers("weights of a model", circuit.Weights);
            byte[] blinding = new byte[CommitmentOpening.BlindingByteCount];
            circuit.Opening.CopyBlinding(blinding);
            search.Add("blinding of a model", blinding);
        }
    }

    private void AddIssuers(DemoKeys keys)
    {
        foreach (DemoSubnet subnet in DemoPlan.Subnets)
        {
            string label = string.Create(CultureInfo.InvariantCulture, $"issuer/{subnet.Netuid}");
            using AtRestKey atRest = AtRestKey.Derive(keys.Cold(DemoKeys.Owner), label, SeededRandom());
            string file = Path.Combine(Home, "issuer", $"{subnet.Netuid}", "issuer.db");
            foreach ((byte[] place, _, byte[] secret) in Read(file, "select cast('issuer key ' || epoch || ' ' || rows as blob), 0, pkcs8 from secret"))
            {
                using RSA rsa = RSA.Create();
                rsa.ImportPkcs8PrivateKey(atRest.Open(secret, place)!, out _);
                RSAParameters parameters = rsa.ExportParameters(true);
                search.Add("key of an issuer", parameters.P!);
                search.Add("key of an issuer", parameters.Q!);
                search.Add("key of an issuer", parameters.D!);
            }
        }
    }

    // Masters are opened to two other validators and to nobody else; salts are on the ledger once they are revealed.
    private void AddValidators()
    {
        foreach (string file in Directory.EnumerateFiles(Home, "validator.db", SearchOption.AllDirectories))
        {
            foreach ((byte[] master, _, _) in Read(file, "select master, 0, master from challenge"))
            {
                search.Add("seed of an audit", master);
            }

            foreach ((byte[] salt, _, _) in Read(file, $"select salt, state, salt from weights where state < {(int)WeightsState.Revealed}"))
            {
                search.Add("salt of a weight vector", salt);
                search.AddNumbers("salt of a weight vector", [.. MemoryMarshal.Cast<byte, ushort>(salt).ToArray().Select(word => (long)word)]);
            }
        }
    }

    private static SeededRandomSource SeededRandom() => new(PrngType.Blake2Xb, new byte[64]);

    private static List<(byte[] First, long Number, byte[] Last)> Read(string file, string query)
    {
        using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, Mode = SqliteOpenMode.ReadWrite }.ToString());
        connection.Open();
        return connection.Query(query, reader => ((byte[])reader[0], reader.GetInt64(1), (byte[])reader[2]));
    }
}
