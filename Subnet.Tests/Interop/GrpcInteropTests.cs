using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.Server;

namespace Subnet.Tests.Interop;

/// <summary>The official interoperability tests: ours with ours, our client with grpc-js' server, grpc-js' client with our server.</summary>
[TestFixture]
internal sealed class GrpcInteropTests
{
    private static readonly GrpcLimits Wide = new(64 << 20, 1L << 30);

    private static IEnumerable<string> CaseNames => NewCases(new Uri("http://127.0.0.1:1"), null).All.Keys;

    private static IEnumerable<string> CompressionNames => NewCases(new Uri("http://127.0.0.1:1"), null).Compression.Keys;

    [TestCaseSource(nameof(CaseNames))]
    public async Task Our_client_passes_against_our_server(string name)
    {
        await using GrpcServerHost server = await StartAsync(null);
        await NewCases(server.Address, null).All[name]();
    }

    [TestCaseSource(nameof(CompressionNames))]
    public async Task Our_client_passes_the_compression_cases_against_our_server(string name)
    {
        await using GrpcServerHost server = await StartAsync(null);
        await NewCases(server.Address, null).Compression[name]();
    }

    [Test]
    public async Task Our_client_passes_against_the_server_of_grpc_js([Values] bool tls)
    {
        NodeOracle.Require("@grpc/grpc-js", "@grpc/proto-loader");
        using TestCertificates certificates = new();
        await using NodeOracle oracle = NodeOracle.Start("grpc_test_service.js", ["server", .. tls ? certificates.ServerFiles : []]);
        string port = await oracle.ReadLineAsync();
        InteropCases cases = NewCases(new Uri($"{(tls ? "https" : "http")}://127.0.0.1:{port}"), tls ? certificates.ClientTls : null);
        foreach ((string name, Func<Task> run) in cases.All)
        {
            TestContext.Out.WriteLine(name);
            await run();
        }
    }

    [Test]
    public async Task The_client_of_grpc_js_passes_against_our_server([Values] bool tls)
    {
        NodeOracle.Require("@grpc/grpc-js", "@grpc/proto-loader");
        using TestCertificates certificates = new();
        await using GrpcServerHost server = await StartAsync(tls ? certificates.ServerTls : null);
        await using NodeOracle oracle = NodeOracle.Start(
            "grpc_test_service.js", ["client", $"127.0.0.1:{server.Address.Port}", .. tls ? certificates.ClientFiles : []]);
        List<string> failures = [];
        for (int i = 0; i < 22; i++)
        {
            string line = await oracle.ReadLineAsync();
            TestContext.Out.WriteLine(line);
            if (JsonDocument.Parse(line).RootElement.GetProperty("error").GetString() is not null)
            {
                failures.Add(line);
            }
        }

        Assert.That(failures, Is.Empty);
    }

    private static Task<GrpcServerHost> StartAsync(GrpcServerTls? tls)
    {
        GrpcServices services = InteropTestService.AddTo(new GrpcServices());
        return GrpcServerHost.StartAsync(
            new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)) { Tls = tls },
            services,
            NullLoggerFactory.Instance,
            TimeProvider.System,
            default);
    }

    private static InteropCases NewCases(Uri address, GrpcClientTls? tls) =>
        new(new GrpcChannel(address, new GrpcChannelOptions { Tls = tls, Limits = Wide }, TimeProvider.System));
}
