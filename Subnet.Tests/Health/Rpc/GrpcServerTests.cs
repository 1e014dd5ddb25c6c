using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Certificates;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.HealthV1;
using Subnet.Health.Rpc.Server;
using Subnet.Tests.Interop;
using Subnet.Tests.Interop.Testing;
using Subnet.Tests.Support;
using ServingStatus = Subnet.Health.Rpc.HealthV1.HealthCheckResponse.Types.ServingStatus;

namespace Subnet.Tests.Health.Rpc;

/// <summary>The server against clients that do not keep to the protocol, and its health service and certificates.</summary>
[TestFixture]
internal sealed class GrpcServerTests
{
    private static readonly byte[] EmptyFrame = [0, 0, 0, 0, 0];

    private readonly HealthService health = new();
    private GrpcServerHost server = null!;
    private SocketsHttpHandler handler = null!;
    private HttpMessageInvoker invoker = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        GrpcServices services = InteropTestService.AddTo(new GrpcServices());
        health.AddTo(services);
        services.Unary(InteropTestService.UnimplementedService, (_, _) => throw new InvalidOperationException("patient 4711"));
        server = await GrpcServerHost.StartAsync(
            new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), services, NullLoggerFactory.Instance, TimeProvider.System, default);
        handler = new SocketsHttpHandler();
        invoker = new HttpMessageInvoker(handler);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        invoker.Dispose();
        handler.Dispose();
        await server.DisposeAsync();
    }

    [TestCase("application/json", 415)]
    [TestCase("application/grpcish", 415)]
    [TestCase("application/grpc+proto", 200)]
    [TestCase("application/grpc;charset=x", 200)]
    public async Task Another_content_type_is_refused_in_http(string contentType, int expected)
    {
        (int http, _, _) = await SendAsync("EmptyCall", EmptyFrame, contentType: contentType);
        Assert.That(http, Is.EqualTo(expected));
    }

    [Test]
    public async Task Http_1_is_told_to_upgrade()
    {
        DefaultHttpContext http = new();
        http.Request.Protocol = "HTTP/1.1";
        http.Request.Method = "POST";
        http.Request.ContentType = "application/grpc";
        using GrpcServerMetrics metrics = new();
        await new GrpcRequestHandler(new GrpcServices(), new GrpcServerOptions(), metrics, TimeProvider.System, NullLogger<GrpcRequestHandler>.Instance).HandleAsync(http);
        Assert.That((http.Response.StatusCode, http.Response.Headers.Upgrade.ToString()), Is.EqualTo((426, "h2")));
    }

    [TestCase("grpc-timeout", "12345678S", 0)]
    [TestCase("grpc-timeout", "123456789S", 13)]
    [TestCase("grpc-timeout", "1x", 13)]
    [TestCase("grpc-encoding", "snappy", 12)]
    [TestCase("grpc-encoding", "identity", 0)]
    [TestCase("x-data-bin", "!!", 13)]
    [TestCase("x-data-bin", "qw==,qw", 0)]
    public async Task A_header_is_judged(string name, string value, int expected)
    {
        (_, string? status, HttpResponseMessage response) = await SendAsync("EmptyCall", EmptyFrame, (name, value));
        Assert.That(status, Is.EqualTo(expected.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        if (expected == 12)
        {
            Assert.That(response.Headers.GetValues("grpc-accept-encoding").Single(), Is.EqualTo(MessageCoding.Accepted));
        }
    }

    [TestCase("0000000000 0000000000", TestName = "Data_after_a_unary_message_is_refused")]
    [TestCase("0000000009 0A", TestName = "A_truncated_body_is_refused")]
    [TestCase("", TestName = "A_body_without_a_message_is_refused")]
    [TestCase("0200000000", TestName = "An_unknown_flag_in_a_body_is_refused")]
    [TestCase("0100000000", TestName = "A_compressed_body_without_a_coding_is_refused")]
    public async Task A_broken_body_ends_with_internal(string hex)
    {
        (int http, string? status, _) = await SendAsync("EmptyCall", Convert.FromHexString(hex.Replace(" ", "")));
        Assert.That((http, status), Is.EqualTo((200, "13")));
    }

    [Test]
    public async Task The_text_of_an_exception_never_leaves()
    {
        using GrpcChannel channel = NewChannel();
        GrpcException failed = await InteropCases.FailsAsync(
            channel.UnaryAsync(InteropTestService.UnimplementedService, new Empty(), GrpcCallOptions.None, default), GrpcStatusCode.Unknown);
        Assert.That(failed.Message, Does.Not.Contain("4711"));
    }

    [Test]
    public async Task A_deadline_ends_a_handler_and_a_call()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously), ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        GrpcServices services = new();
        services.Unary(InteropTestService.EmptyCall, async (_, call) =>
        {
            entered.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, call.CancellationToken);
            }
            finally
            {
                ended.SetResult();
            }

            return new Empty();
        });
        ManualTime time = new();
        await using GrpcServerHost host = await StartAsync(services, time);

        Task<(int Http, string? Status, HttpResponseMessage Response)> asked = SendAsync("EmptyCall", EmptyFrame, ("grpc-timeout", "50m"), at: host.Address);
        await entered.Task.WaitAsync(Patience.Long);
        time.Advance(TimeSpan.FromMilliseconds(49));
        Assert.That((asked.IsCompleted, ended.Task.IsCompleted), Is.EqualTo((false, false)));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That((await asked).Status, Is.EqualTo("4"));
        await ended.Task.WaitAsync(Patience.Long);
    }

    [Test]
    public async Task A_client_that_never_ends_its_stream_is_ended_by_its_deadline()
    {
        ManualTime time = new();
        await using GrpcServerHost host = await StartAsync(InteropTestService.AddTo(new GrpcServices()), time);
        using GrpcChannel channel = new(host.Address, new GrpcChannelOptions(), time);
        await using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call =
            channel.Start(InteropTestService.StreamingInputCall, new GrpcCallOptions { Timeout = TimeSpan.FromMilliseconds(100) }, default);
        await call.WriteAsync(new StreamingInputCallRequest { Payload = InteropTestService.Zeros(1) });
        time.Advance(TimeSpan.FromMilliseconds(100));
        await InteropCases.FailsAsync(call.ReadSingleAsync(), GrpcStatusCode.DeadlineExceeded);
    }

    [Test]
    public async Task A_slow_reader_slows_the_server_down()
    {
        const int Total = 400;
        int written = 0;
        GrpcServices services = new();
        services.ServerStreaming(InteropTestService.StreamingOutputCall, async (_, output, _) =>
        {
            for (int i = 0; i < Total; i++)
            {
                await output.WriteAsync(new StreamingOutputCallResponse { Payload = InteropTestService.Zeros(100_000) });
                Interlocked.Increment(ref written);
            }
        });
        await using GrpcServerHost host = await GrpcServerHost.StartAsync(
            new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), services, NullLoggerFactory.Instance, TimeProvider.System, default);
        using GrpcChannel channel = new(host.Address, new GrpcChannelOptions(), TimeProvider.System);
        await using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call =
            channel.StartSingle(InteropTestService.StreamingOutputCall, new StreamingOutputCallRequest(), GrpcCallOptions.None, default);
        Assert.That(await call.ReadAsync(), Is.Not.Null);
        int before = -1;
        while (before != Volatile.Read(ref written))
        {
            before = Volatile.Read(ref written);
            await Task.Delay(200);
        }

        Assert.That(before, Is.LessThan(Total / 2), "the server wrote on into a reader that does not read");
        int received = 1;
        while (received < Total && await call.ReadAsync() is not null)
        {
            received++;
        }

        Assert.That(received, Is.EqualTo(Total));
    }

    [Test]
    public async Task Health_is_answered_and_watched()
    {
        using GrpcChannel channel = NewChannel();
        HealthCheckResponse whole = await channel.UnaryAsync(HealthService.CheckMethod, new HealthCheckRequest(), GrpcCallOptions.None, default);
        Assert.That(whole.Status, Is.EqualTo(ServingStatus.Serving));
        await InteropCases.FailsAsync(
            channel.UnaryAsync(HealthService.CheckMethod, new HealthCheckRequest { Service = "none" }, GrpcCallOptions.None, default), GrpcStatusCode.NotFound);

        await using GrpcCall<HealthCheckRequest, HealthCheckResponse> watch =
            channel.StartSingle(HealthService.WatchMethod, new HealthCheckRequest { Service = "late" }, GrpcCallOptions.None, default);
        Assert.That((await watch.ReadAsync())?.Status, Is.EqualTo(ServingStatus.ServiceUnknown));
        health.Set("late", serving: true);
        Assert.That((await watch.ReadAsync())?.Status, Is.EqualTo(ServingStatus.Serving));
        health.Set("late", serving: false);
        Assert.That((await watch.ReadAsync())?.Status, Is.EqualTo(ServingStatus.NotServing));
    }

    [Test]
    public async Task A_server_that_is_full_refuses_the_next_call()
    {
        TaskCompletionSource release = new();
        TaskCompletionSource entered = new();
        GrpcServices services = new();
        services.Unary(InteropTestService.EmptyCall, async (_, _) =>
        {
            entered.TrySetResult();
            await release.Task;
            return new Empty();
        });
        await using GrpcServerHost host = await GrpcServerHost.StartAsync(
            new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)) { Calls = new GrpcServerOptions { MaxConcurrentCalls = 1 } },
            services,
            NullLoggerFactory.Instance,
            TimeProvider.System,
            default);
        using GrpcChannel channel = new(host.Address, new GrpcChannelOptions(), TimeProvider.System);
        Task<Empty> first = channel.UnaryAsync(InteropTestService.EmptyCall, new Empty(), GrpcCallOptions.None, default);
        await entered.Task;
        await InteropCases.FailsAsync(
            channel.UnaryAsync(InteropTestService.EmptyCall, new Empty(), GrpcCallOptions.None, default), GrpcStatusCode.ResourceExhausted);
        release.SetResult();
        await first;
    }

    [Test]
    public async Task A_server_that_is_not_there_is_unavailable()
    {
        using GrpcChannel channel = new(new Uri("http://127.0.0.1:1"), new GrpcChannelOptions(), TimeProvider.System);
        await InteropCases.FailsAsync(channel.UnaryAsync(InteropTestService.EmptyCall, new Empty(), GrpcCallOptions.None, default), GrpcStatusCode.Unavailable);
    }

    [Test]
    public void Plaintext_beyond_loopback_is_refused()
    {
        Assert.That(() => new GrpcChannel(new Uri("http://example.org"), new GrpcChannelOptions(), TimeProvider.System), Throws.ArgumentException);
        Assert.That(
            () => GrpcServerHost.StartAsync(
                new GrpcServerHostOptions(new IPEndPoint(IPAddress.Any, 0)), new GrpcServices(), NullLoggerFactory.Instance, TimeProvider.System, default),
            Throws.ArgumentException);
    }

    [TestCase("known", true)]
    [TestCase("none", false)]
    [TestCase("other authority", false)]
    [TestCase("expired", false)]
    [TestCase("wrong host", false)]
    public async Task Both_sides_prove_who_they_are(string kind, bool accepted)
    {
        using TestCertificates known = new();
        using TestCertificates other = new();
        using CertificateAuthority authority = CertificateAuthority.Create("Past", TimeSpan.FromDays(400), new FixedClock(-500));
        using X509Certificate2 past = authority.Issue("past", ["127.0.0.1"], TimeSpan.FromDays(1));
        using X509Certificate2 elsewhere = new CertificateAuthority(authority.Certificate, new FixedClock(-500)).Issue("x", ["miner.example"], TimeSpan.FromDays(1));
        PeerTrust both = new([authority.Certificate], new FixedClock(-499.5));
        GrpcServerTls serverTls = kind == "wrong host" ? new GrpcServerTls(elsewhere, null) : known.ServerTls;
        await using GrpcServerHost host = await GrpcServerHost.StartAsync(
            new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)) { Tls = serverTls },
            InteropTestService.AddTo(new GrpcServices()),
            NullLoggerFactory.Instance,
            TimeProvider.System,
            default);
        GrpcClientTls clientTls = kind switch
        {
            "known" => known.ClientTls,
            "none" => known.ClientTls with { Certificate = null },
            "other authority" => known.ClientTls with { Certificate = other.ClientTls.Certificate },
            "expired" => known.ClientTls with { Certificate = past },
            _ => new GrpcClientTls(both, null),
        };
        using GrpcChannel channel = new(host.Address, new GrpcChannelOptions { Tls = clientTls }, TimeProvider.System);
        Task<Empty> call = channel.UnaryAsync(InteropTestService.EmptyCall, new Empty(), GrpcCallOptions.None, default);
        if (accepted)
        {
            await call;
        }
        else
        {
            await InteropCases.FailsAsync(call, GrpcStatusCode.Unavailable);
        }
    }

    [Test]
    public void A_certificate_expires_and_names_its_host()
    {
        using CertificateAuthority authority = CertificateAuthority.Create("Authority", TimeSpan.FromDays(10), new FixedClock(0));
        using X509Certificate2 issued = authority.Issue("miner", ["miner.example", "127.0.0.1"], TimeSpan.FromDays(2));
        Assert.That(new PeerTrust([authority.Certificate], new FixedClock(1)).Accepts(issued, PeerRole.Server, "miner.example"));
        Assert.That(new PeerTrust([authority.Certificate], new FixedClock(1)).Accepts(issued, PeerRole.Client));
        Assert.That(new PeerTrust([authority.Certificate], new FixedClock(1)).Accepts(issued, PeerRole.Server, "other.example"), Is.False);
        Assert.That(new PeerTrust([authority.Certificate], new FixedClock(3)).Accepts(issued, PeerRole.Client), Is.False);
        Assert.That(new PeerTrust([authority.Certificate], new FixedClock(-1)).Accepts(issued, PeerRole.Client), Is.False);
    }

    private static Task<GrpcServerHost> StartAsync(GrpcServices services, TimeProvider time) => GrpcServerHost.StartAsync(
        new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), services, NullLoggerFactory.Instance, time, default);

    private GrpcChannel NewChannel() => new(server.Address, new GrpcChannelOptions(), TimeProvider.System);

    private async Task<(int Http, string? Status, HttpResponseMessage Response)> SendAsync(
        string method, byte[] body, (string Name, string Value)? header = null, string contentType = "application/grpc", Uri? at = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(at ?? server.Address, "/grpc.testing.TestService/" + method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.TryAddWithoutValidation("content-type", contentType);
        if (header is { } extra)
        {
            request.Headers.TryAddWithoutValidation(extra.Name, extra.Value);
        }

        HttpResponseMessage response = await invoker.SendAsync(request, default);
        await response.Content.ReadAsByteArrayAsync();
        string? status = response.Headers.TryGetValues("grpc-status", out IEnumerable<string>? early) ? early.Single()
            : response.TrailingHeaders.TryGetValues("grpc-status", out IEnumerable<string>? late) ? late.Single() : null;
        return ((int)response.StatusCode, status, response);
    }

    // Days from a fixed noon, well inside what certificates can say.
    private sealed class FixedClock(double days) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero).AddDays(days);
    }
}
