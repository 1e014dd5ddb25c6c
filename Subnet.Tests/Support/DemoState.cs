using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Subnet.Tests.Support;

/// <summary>
/// The folder that one run of <c>subnet demo --small</c> left, for every fixture of the run that reads it: it takes its time once. Nobody changes what is public in it;
/// who records reviews or looks adds to its logs and stores.
/// </summary>
[SetUpFixture]
internal sealed class DemoState
{
    /// <summary>The seed of the run.</summary>
    public const string Seed = "11";

    private static readonly SemaphoreSlim Gate = new(1, 1);
    private static TemporaryFolder? _home;
    private static JsonNode? _report;

    /// <summary>The state folder and the report of the run.</summary>
    public static async Task<(string Folder, JsonNode Report)> GetAsync()
    {
        await Gate.WaitAsync();
        try
        {
            _home ??= new TemporaryFolder();
            string folder = _home.Combine("demo");
            _report ??= await RunAsync(_home.Combine("home"), folder);
            return (folder, _report);
        }
        finally
        {
            Gate.Release();
        }
    }

    [OneTimeTearDown]
    public void Remove() => _home?.Dispose();

    private static async Task<JsonNode> RunAsync(string home, string folder)
    {
        using Process process = SubnetProcess.Start(
            RepositoryFolder.Find(), ["demo", "--small", "--seed", Seed, "--json", "--quiet", "--home", home, "--folder", folder]);
        using CancellationTokenSource late = new(Patience.Run);
        Task<string> error = process.StandardError.ReadToEndAsync(late.Token);
        string output = await process.StandardOutput.ReadToEndAsync(late.Token);
        await process.WaitForExitAsync(late.Token);
        Assert.That(process.ExitCode, Is.Zero, await error + output);
        return JsonNode.Parse(output)!;
    }
}
