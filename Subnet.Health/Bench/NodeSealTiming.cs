using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Subnet.Crypto.Rlwe;

namespace Subnet.Health.Bench;

/// <summary>Times node-seal 5.1.7 (Microsoft SEAL as WebAssembly) in a Node process, where both are there.</summary>
internal static class NodeSealTiming
{
    /// <summary>Runs one set.</summary>
    /// <param name="modules">The folder <c>node_modules</c> that has node-seal.</param>
    /// <param name="set">The parameter set.</param>
    /// <param name="time">Time an operation.</param>
    /// <param name="cancellationToken">Stops the process.</param>
    /// <returns>Operation to microseconds; or no figures and the reason.</returns>
    public static async Task<(IReadOnlyDictionary<string, double> Figures, string? Absent)> RunAsync(
        string modules, LatticeSet set, TimeSpan time, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Path.Combine(modules, "node-seal")))
        {
            return (new Dictionary<string, double>(), $"node-seal is not in {modules}");
        }

        ProcessStartInfo start = new("node",
        [
            "-", set.Scheme == Scheme.Bfv ? "bfv" : "ckks", set.Degree.ToString(CultureInfo.InvariantCulture),
            set.Bits.Length == 0 ? "default" : string.Join(',', set.Bits),
            Math.ILogB(set.Scale).ToString(CultureInfo.InvariantCulture), time.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NODE_PATH"] = modules;
        try
        {
            using Process node = Process.Start(start)!;
            await using CancellationTokenRegistration kill = cancellationToken.Register(() => node.Kill(entireProcessTree: true));
            await using (Stream script = typeof(NodeSealTiming).Assembly.GetManifestResourceStream("Subnet.Health.Bench.node-seal-timing.js")!)
            {
                await script.CopyToAsync(node.StandardInput.BaseStream, cancellationToken).ConfigureAwait(false);
            }

            node.StandardInput.Close();
            Task<string> error = node.StandardError.ReadToEndAsync(cancellationToken);
            string output = await node.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await node.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return node.ExitCode == 0
                ? (JsonSerializer.Deserialize<Dictionary<string, double>>(output)!, null)
                : (new Dictionary<string, double>(), "node-seal failed: " + (await error.ConfigureAwait(false)).Trim());
        }
        catch (Win32Exception)
        {
            return (new Dictionary<string, double>(), "Node is not on PATH");
        }
    }
}
