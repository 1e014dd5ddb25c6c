using System.Diagnostics;
using System.Text.Json.Nodes;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Web;

/// <summary>A command of the executable that serves pages, as a process, until it is disposed of.</summary>
internal sealed class ServedPages : IAsyncDisposable
{
    private readonly Process _process;

    private ServedPages(Process process, JsonNode answer) => (_process, Answer) = (process, answer);

    /// <summary>Its first line.</summary>
    public JsonNode Answer { get; }

    /// <summary>Starts it and waits for its first line.</summary>
    public static async Task<ServedPages> StartAsync(string home, params string[] command)
    {
        Process process = SubnetProcess.Start(home, [.. command, "--home", home, "--json"]);
        string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Long);
        if (line is null)
        {
            Assert.Fail(await process.StandardError.ReadToEndAsync());
        }

        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        return new ServedPages(process, JsonNode.Parse(line!)!);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
