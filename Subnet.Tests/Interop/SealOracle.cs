using System.Text.Json;

namespace Subnet.Tests.Interop;

/// <summary>Microsoft SEAL behind <c>seal-oracle.js</c>: one question, one answer, both JSON; objects are SEAL's own bytes in base64.</summary>
internal sealed class SealOracle : IAsyncDisposable
{
    private readonly NodeOracle node;

    private SealOracle(NodeOracle node)
    {
        this.node = node;
    }

    /// <summary>Starts it; ignores the running test where Node or the package is absent.</summary>
    public static SealOracle Start()
    {
        NodeOracle.Require("node-seal");
        return new SealOracle(NodeOracle.Start("seal-oracle.js"));
    }

    /// <summary>Asks one question.</summary>
    /// <returns>The member <c>result</c> of the answer.</returns>
    /// <exception cref="SealOracleException">SEAL refused.</exception>
    public async Task<JsonElement> AskAsync(object question)
    {
        await node.WriteLineAsync(JsonSerializer.Serialize(question));
        using JsonDocument answer = JsonDocument.Parse(await node.ReadLineAsync());
        return answer.RootElement.TryGetProperty("error", out JsonElement error)
            ? throw new SealOracleException(error.GetString() ?? "an error without text")
            : answer.RootElement.GetProperty("result").Clone();
    }

    /// <summary>Asks one question whose answer is one object.</summary>
    public async Task<byte[]> AskForAsync(string member, object question) => (await AskAsync(question)).GetProperty(member).GetBytesFromBase64();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => node.DisposeAsync();
}

/// <summary>What Microsoft SEAL said when it refused.</summary>
internal sealed class SealOracleException(string message) : Exception(message);
