using System.Diagnostics;

namespace Subnet.Tests.Support;

/// <summary>
/// A PostgreSQL cluster of its own for the tests: temporary folder, free port, loopback only, removed afterwards. Found through
/// <c>PATH</c> or Debian's place; run as user <c>postgres</c> when the tests run as root, which the server refuses.
/// </summary>
internal sealed class PostgresCluster : IDisposable
{
    private const string Seconds = "300";

    private readonly string _folder;
    private readonly string _binaries;
    private readonly string _adminConnection;
    private readonly HeldPort _port;
    private int _databases;

    private PostgresCluster(string folder, string binaries, HeldPort port)
    {
        (_folder, _binaries, _port) = (folder, binaries, port);
        _adminConnection = $"Host=127.0.0.1;Port={port.Number};Username=postgres;Pooling=false;Database=";
    }

    /// <summary>Starts a cluster; ignores the running test, with the reason, where PostgreSQL is not installed.</summary>
    public static PostgresCluster Require()
    {
        string? binaries = FindBinaries();
        if (binaries is null)
        {
            Assert.Ignore("PostgreSQL is not installed (Debian: postgresql)");
        }

        string folder = Directory.CreateTempSubdirectory("subnet-postgres-").FullName;
        HeldPort port = new();
        string data = Path.Combine(folder, "data");
        if (Environment.IsPrivilegedProcess)
        {
            Run("chown", "postgres", folder);
        }

        RunAsServer(binaries!, "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N");
        RunAsServer(
            binaries!, "pg_ctl", "-D", data, "-w", "-t", Seconds, "-l", Path.Combine(folder, "log"), "-o", $"-p {port.Number} -h 127.0.0.1 -k {folder}", "start");
        return new PostgresCluster(folder, binaries!, port);
    }

    /// <summary>A connection to a new, empty database.</summary>
    public string CreateDatabase()
    {
        string name = $"ledger{++_databases}";
        using Npgsql.NpgsqlConnection connection = new(_adminConnection + "postgres");
        connection.Open();
        using Npgsql.NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = $"create database {name}";
        command.ExecuteNonQuery();
        return _adminConnection + name;
    }

    public void Dispose()
    {
        RunAsServer(_binaries, "pg_ctl", "-D", Path.Combine(_folder, "data"), "-m", "immediate", "-w", "-t", Seconds, "stop");
        _port.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string? FindBinaries()
    {
        IEnumerable<string> debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(static f => Path.Combine(f, "bin"))
            : [];
        IEnumerable<string> path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return debian.Concat(path).FirstOrDefault(static f => File.Exists(Path.Combine(f, "initdb")) && File.Exists(Path.Combine(f, "pg_ctl")));
    }

    private static void RunAsServer(string binaries, string program, params string[] arguments)
    {
        string full = Path.Combine(binaries, program);
        if (Environment.IsPrivilegedProcess)
        {
            Run("runuser", ["-u", "postgres", "--", full, .. arguments]);
        }
        else
        {
            Run(full, arguments);
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        // The server inherits the descriptors: with redirected output, waiting for its end would wait for the server.
        using Process process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", program, .. arguments])
        {
            WorkingDirectory = "/",
        })!;
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}");
    }
}
