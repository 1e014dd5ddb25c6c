using System.Globalization;
using System.Text.Json;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Network.Demo;
using Subnet.Health.Node;
using Subnet.Health.Wallets;

namespace Subnet.Health.Network.Localnet;

/// <summary>The local network cannot be started, stopped or reset; the message says why.</summary>
internal sealed class LocalnetException(string message) : Exception(message);

/// <summary>
/// A network of this home whose roles are processes of their own: creates it, starts and stops them, and puts it back to its beginning. Everything is below the home; other
/// commands find it through the network file. Whatever is interrupted may be begun again: what a creation left is removed, and roles that were started are found by their files.
/// </summary>
/// <param name="home">The home.</param>
/// <param name="samples">Models and tables.</param>
/// <param name="say">Told what happens.</param>
/// <param name="time">The clock.</param>
/// <param name="loggers">Logs of the creation.</param>
internal sealed class LocalnetControl(string home, SampleFolder samples, Action<string> say, TimeProvider time, ILoggerFactory loggers)
{
    private const string LogFolder = "localnet";

    private static readonly TimeSpan ReadyPatience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    /// <summary>The network file, where the network was created, with the processes of an interrupted start.</summary>
    /// <exception cref="NetworkFileException">The file is malformed.</exception>
    public NetworkFile? Read() => !File.Exists(Unfinished) && NetworkFile.TryRead(home) is { } file && file.Name == NetworkShape.Localnet.Name
        ? file with { Roles = [.. file.Roles.Select(Found)] }
        : null;

    /// <summary>Where a role writes its log.</summary>
    public string LogOf(string role, string name) => Path.Combine(home, LogFolder, $"{role}-{name}.log");

    // There while the network is being created or removed, with the seed; what lies beside it is unfinished.
    private string Unfinished => Path.Combine(home, "localnet.unfinished");

    /// <summary>Creates the network: wallets, ledger, subnets, stake; nothing runs yet. What an interrupted creation left is removed before.</summary>
    /// <param name="number">The seed; null for that of an interrupted creation, or else for keys that nobody else has.</param>
    /// <param name="cancellationToken">Gives up; what was written is removed.</param>
    /// <exception cref="LocalnetException">The home holds something else.</exception>
    public async Task CreateAsync(ulong? number, CancellationToken cancellationToken)
    {
        if (File.Exists(Unfinished))
        {
            say("removing what was left unfinished");
            number ??= ulong.TryParse(await File.ReadAllTextAsync(Unfinished, cancellationToken).ConfigureAwait(false), NumberStyles.None, CultureInfo.InvariantCulture, out ulong begun) ? begun : null;
            Remove();
        }

        string[] there = [.. Parts().Where(Path.Exists)];
        if (there.Length > 0)
        {
            throw new LocalnetException($"'{there[0]}' is there already and is not the local network's; choose another home with --home, or move it away");
        }

        using OperatingSystemRandomSource fresh = new();
        using NetworkSeed seed = number is { } given ? NetworkSeed.Of(given) : NetworkSeed.Fresh(fresh);
        try
        {
            Directory.CreateDirectory(home);
            await File.WriteAllTextAsync(Unfinished, string.Create(CultureInfo.InvariantCulture, $"{number}"), cancellationToken).ConfigureAwait(false);
            Directory.CreateDirectory(Path.Combine(home, LogFolder));
            DemoPlace place = new(home, seed, samples, new DemoKeys(seed, home), time, loggers);
            DemoNetwork network = await DemoNetwork.CreateAsync(place, NetworkShape.Localnet, static place => new LocalCast(place), cancellationToken).ConfigureAwait(false);
            await using (network.ConfigureAwait(false))
            {
                say($"ledger created: {DemoPlan.Subnets.Count} subnets, block {network.Pacer.Height}");
                await network.StartIssuersAsync(cancellationToken).ConfigureAwait(false);
                while (await network.Ledger.GetAccessEpochAsync(cancellationToken).ConfigureAwait(false) < 1)
                {
                    await network.Pacer.BlockAsync([], cancellationToken).ConfigureAwait(false);
                }

                foreach (DemoSubnet subnet in DemoPlan.Subnets)
                {
                    await network.Pacer.PumpAsync(network.StartEmissionAsync(subnet.Netuid, cancellationToken), cancellationToken).ConfigureAwait(false);
                }

                say($"token keys published, block {network.Pacer.Height}");
            }

            new NetworkFile(NetworkShape.Localnet.Name, seed.IsShared, null, [.. Roles().Select(role => ToRole(role, null, null))]).Write(home);
            File.Delete(Unfinished);
        }
        catch
        {
            Remove();
            throw;
        }
    }

    /// <summary>Starts every role that does not run, and writes where each is found.</summary>
    /// <exception cref="LocalnetException">A role did not come up; where none ran before, what was started is stopped.</exception>
    public async Task<NetworkFile> StartAsync(CancellationToken cancellationToken)
    {
        NetworkFile file = Read() ?? throw new LocalnetException("there is no local network in this home");
        NetworkRole[] alive = [.. file.Roles.Where(role => role.Pid is { } pid && LocalnetProcess.IsRunning(pid))];
        HashSet<(string, string)> running = [.. alive.Select(role => (role.Role, role.Name))];

        // One that an interrupted start left without saying where it listens is waited for and not started a second time.
        HashSet<(string, string)> known = [.. alive.Where(role => role.Grpc is not null || role.Http is not null).Select(role => (role.Role, role.Name))];
        if (!running.Contains(("node", "node")))
        {
            if (running.Count > 0)
            {
                throw new LocalnetException("the node does not run and other roles do; run 'subnet localnet down' first");
            }

            file = file with { Node = null, Roles = [.. Roles().Select(role => ToRole(role, null, null))] };
        }

        try
        {
            // The relay asks the honest miners, and validators ask all: each stage finds the ones before in the network file.
            foreach (IGrouping<int, (string Role, string Name)> stage in Started().Where(role => !known.Contains(role)).GroupBy(StageOf).OrderBy(stage => stage.Key))
            {
                (string Role, string Name, int Pid)[] started = [.. stage.Select(role => (role.Role, role.Name, running.Contains(role) ? file.Find(role.Role, role.Name)!.Pid!.Value : Launch(role.Role, role.Name)))];
                foreach ((string role, string name, int pid) in started)
                {
                    file = file with { Roles = [.. file.Roles.Select(other => other.Role == role && other.Name == name ? other with { Pid = pid } : other)] };
                }

                foreach ((string role, string name, int pid) in started)
                {
                    file = With(file, role, name, pid, await ReadyAsync(role, name, pid, cancellationToken).ConfigureAwait(false));
                    file.Write(home);
                    say($"{role} {name}: process {pid}, {file.Find(role, name)?.Grpc ?? file.Find(role, name)?.Http}");
                }
            }

            return file;
        }
        catch when (running.Count == 0)
        {
            file.Write(home);
            await StopAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops every role, the node last.</summary>
    /// <returns>How many were stopped.</returns>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        if (Read() is not { } file)
        {
            return 0;
        }

        int stopped = 0;
        foreach (IGrouping<int, NetworkRole> stage in file.Roles.Where(role => role.Pid is not null).GroupBy(role => StageOf((role.Role, role.Name))).OrderByDescending(stage => stage.Key))
        {
            bool[] ended = await Task.WhenAll(stage.Select(async role =>
            {
                bool wasRunning = LocalnetProcess.IsRunning(role.Pid!.Value);
                if (wasRunning && !await LocalnetProcess.StopAsync(role.Pid.Value, StopPatience, time, cancellationToken).ConfigureAwait(false))
                {
                    say($"{role.Role} {role.Name} did not end within {StopPatience.TotalSeconds:0} s and was ended");
                }

                File.Delete(PidFile(role.Role, role.Name));
                return wasRunning;
            })).ConfigureAwait(false);
            stopped += ended.Count(was => was);
        }

        (file with { Node = null, Roles = [.. file.Roles.Select(role => role with { Pid = null, Grpc = null, Http = null })] }).Write(home);
        return stopped;
    }

    /// <summary>Removes everything of the network; it must not run.</summary>
    public void Remove()
    {
        File.AppendAllText(Unfinished, "");
        foreach (string part in Parts())
        {
            if (Directory.Exists(part))
            {
                Directory.Delete(part, recursive: true);
            }
            else
            {
                File.Delete(part);
            }
        }

        File.Delete(Unfinished);
    }

    private static IEnumerable<(string Role, string Name)> Started() =>
    [
        ("node", "node"),
        .. DemoPlan.Miners.Select(miner => ("miner", miner.Name)),
        .. DemoPlan.Validators.Select(validator => ("validator", validator.Name)),
        .. DemoPlan.Clinics.Select(clinic => ("clinic", clinic)),
    ];

    private static IEnumerable<(string Role, string Name)> Roles() =>
    [
        .. Started(),
        .. DemoPlan.Subnets.Select(subnet => ("issuer", $"{subnet.Netuid}")),
    ];

    private static int StageOf((string Role, string Name) role) => role.Role switch
    {
        "node" or "issuer" => 0,
        "miner" => DemoPlan.Miners.First(miner => miner.Name == role.Name).Conduct == MinerConduct.Honest ? 1 : 2,
        "validator" => 3,
        _ => 4,
    };

    private IEnumerable<string> Parts() =>
    [
        NetworkFile.PathIn(home),
        Path.Combine(home, LogFolder),
        Path.Combine(home, "node"),
        Path.Combine(home, "issuer"),

        // Whoever joins under a name of its own holds tokens, answers and plans of this ledger: with another one they are worth nothing.
        Path.Combine(home, "miner"),
        Path.Combine(home, "validator"),
        Path.Combine(home, "clinic"),
        .. DemoKeys.Wallets.Select(wallet => Path.Combine(home, "wallets", wallet)),
    ];

    private int Launch(string role, string name)
    {
        File.Delete(ReadyFile(role, name));
        File.Delete(PidFile(role, name));
        return LocalnetProcess.Start(["localnet", "role", role, name, "--home", home, "--ready", ReadyFile(role, name), "--quiet"], LogOf(role, name), PidFile(role, name));
    }

    // One of an interrupted start; where it listens is not known yet.
    private NetworkRole Found(NetworkRole role) =>
        role.Pid is { } pid && LocalnetProcess.IsRunning(pid) ? role
        : LocalnetProcess.Find(PidFile(role.Role, role.Name), ReadyFile(role.Role, role.Name)) is { } found ? role with { Pid = found, Grpc = null, Http = null }
        : role;

    private string PidFile(string role, string name) => Path.Combine(home, LogFolder, $"{role}-{name}.pid");

    private string ReadyFile(string role, string name) => Path.Combine(home, LogFolder, $"{role}-{name}.ready");

    private async Task<IReadOnlyDictionary<string, Uri>> ReadyAsync(string role, string name, int pid, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        string file = ReadyFile(role, name);
        while (!File.Exists(file))
        {
            if (!LocalnetProcess.IsRunning(pid) || time.GetElapsedTime(started) > ReadyPatience)
            {
                throw new LocalnetException(
                    $"{role} {name} did not come up{await ComplaintAsync(role, name, cancellationToken).ConfigureAwait(false)}; its log is {LogOf(role, name)}; state of an older version, or damaged, is made anew by 'subnet localnet reset'");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken).ConfigureAwait(false);
        }

        return JsonSerializer.Deserialize<Dictionary<string, Uri>>(await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>What a role said last of why it ended: errors begin with the program's name.</summary>
    private async Task<string> ComplaintAsync(string role, string name, CancellationToken cancellationToken)
    {
        const string Prefix = "subnet: ";
        string path = LogOf(role, name);
        string? said = File.Exists(path)
            ? (await File.ReadAllLinesAsync(path, cancellationToken).ConfigureAwait(false)).LastOrDefault(static line => line.StartsWith(Prefix, StringComparison.Ordinal))
            : null;
        return said is null ? "" : $" ({said[Prefix.Length..].TrimEnd('.')})";
    }

    private NetworkFile With(NetworkFile file, string role, string name, int pid, IReadOnlyDictionary<string, Uri> addresses) => file with
    {
        Node = role == "node" ? new NetworkNode(addresses["node"], addresses.GetValueOrDefault("node/http")) : file.Node,
        Roles =
        [
            .. file.Roles.Select(other => other.Role == role && other.Name == name
                ? ToRole((role, name), addresses.GetValueOrDefault(name), pid) with { Http = addresses.GetValueOrDefault(name + "/http") }
                : role == "node" && other.Role == "issuer" ? ToRole(("issuer", other.Name), addresses["issuer/" + other.Name], null) : other),
        ],
    };

    private NetworkRole ToRole((string Role, string Name) role, Uri? address, int? pid)
    {
        string? hotkey = role.Role is "miner" or "validator"
            ? Convert.ToHexStringLower(KeystoreFile.ReadHeader(new WalletFolder(home).Read($"{role.Role}-{role.Name}", "default")).PublicKey.Span)
            : null;
        ushort? netuid = role.Role switch
        {
            "miner" => DemoPlan.Miners.First(miner => miner.Name == role.Name).Netuid,
            "issuer" => DemoPlan.Subnets.First(subnet => $"{subnet.Netuid}" == role.Name).Netuid,
            _ => null,
        };
        string folder = role.Role == "node" ? "node" : $"{role.Role}/{role.Name}";
        return new NetworkRole(role.Role, role.Name, netuid, hotkey, address, null, folder, role.Role == "issuer" ? null : folder + "/log", pid);
    }
}
