using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf.Reflection;
using Subnet.Health.Rpc.HealthV1;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Rpc.LedgerV1;
using Subnet.Health.Rpc.ScoringV1;
using Subnet.Health.Rpc.TokensV1;
using Subnet.Health.Rpc.TransparencyV1;
using Subnet.Health.Rpc.ValidationV1;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Rpc;

/// <summary>
/// What a stranger may send to a gRPC port: bytes that are no HTTP/2, frames that are no frames, and on every method of every service messages that are random, cut or
/// longer than any limit. Each must end, with an error where it is a call, and leave the server answering.
/// </summary>
internal static class PortAttack
{
    private static readonly byte[] Preface = Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    private static IEnumerable<string> Paths =>
        new[]
        {
            HealthReflection.Descriptor, InferenceReflection.Descriptor, LedgerReflection.Descriptor, ScoringReflection.Descriptor, TokensReflection.Descriptor,
            TransparencyReflection.Descriptor, ValidationReflection.Descriptor,
        }.SelectMany(file => file.Services).SelectMany(service => service.Methods.Select((MethodDescriptor method) => $"/{service.FullName}/{method.Name}"));

    /// <summary>Attacks a port.</summary>
    /// <returns>How many of the calls, all of them broken, reached a method that is served there.</returns>
    public static async Task<int> RunAsync(Uri server)
    {
        Random random = new(4711);
        for (int i = 0; i < 12; i++)
        {
            byte[] noise = new byte[random.Next(1, 4096)];
            random.NextBytes(noise);
            await SendRawAsync(server, i % 2 == 0 ? noise : [.. Preface, .. noise]);
        }

        using SocketsHttpHandler handler = new();
        using HttpMessageInvoker invoker = new(handler);
        int served = 0;
        foreach (string path in Paths)
        {
            bool known = false;
            foreach (byte[] body in Bodies(random))
            {
                string? status = await CallAsync(invoker, new Uri(server, path), body);
                Assert.That(status, Is.Not.Null.And.Not.EqualTo("0"), $"{path} with {body.Length} bytes");
                known |= status != "12";
            }

            served += known ? 1 : 0;
        }

        Assert.That(await CallAsync(invoker, new Uri(server, "/none/None"), [0, 0, 0, 0, 0]), Is.EqualTo("12"), "the server answers after all that");
        return served;
    }

    // A length beyond every limit, a message that stops short, bytes that are no message, an unknown flag, and bytes marked as compressed without a coding.
    private static IEnumerable<byte[]> Bodies(Random random)
    {
        yield return Frame(0, uint.MaxValue, []);
        yield return Frame(0, 100, new byte[10]);
        byte[] noise = new byte[64];
        random.NextBytes(noise);
        noise[0] = 0x07;
        yield return Frame(0, (uint)noise.Length, noise);
        yield return Frame(7, 0, []);
        yield return Frame(1, (uint)noise.Length, noise);
    }

    private static byte[] Frame(byte flag, uint length, byte[] body)
    {
        byte[] frame = new byte[5 + body.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), length);
        body.CopyTo(frame, 5);
        return frame;
    }

    private static async Task<string?> CallAsync(HttpMessageInvoker invoker, Uri address, byte[] body)
    {
        using CancellationTokenSource late = new(Patience.Long);
        using HttpRequestMessage request = new(HttpMethod.Post, address)
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using HttpResponseMessage response = await invoker.SendAsync(request, late.Token);
        await response.Content.ReadAsByteArrayAsync(late.Token);
        return response.Headers.TryGetValues("grpc-status", out IEnumerable<string>? early) ? early.Single()
            : response.TrailingHeaders.TryGetValues("grpc-status", out IEnumerable<string>? trailing) ? trailing.Single()
            : null;
    }

    // Whatever the server says, or nothing: it must end the connection by itself once we stop sending.
    private static async Task SendRawAsync(Uri server, byte[] bytes)
    {
        using CancellationTokenSource late = new(Patience.Long);
        using TcpClient client = new();
        await client.ConnectAsync(server.Host, server.Port, late.Token);
        NetworkStream stream = client.GetStream();
        try
        {
            await stream.WriteAsync(bytes, late.Token);
            client.Client.Shutdown(SocketShutdown.Send);
            byte[] answer = new byte[4096];
            while (await stream.ReadAsync(answer, late.Token) > 0)
            {
            }
        }
        catch (Exception closed) when (closed is IOException or SocketException)
        {
            // A reset ends it as well.
            return;
        }
    }
}
