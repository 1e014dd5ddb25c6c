using System.Buffers;
using System.IO.Pipelines;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.HealthV1;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Rpc;

/// <summary>The forms of <c>doc/PROTOCOL-HTTP2.md</c> that are more than bytes copied: messages, timeouts, metadata, frames.</summary>
[TestFixture]
internal sealed class WireFormTests
{
    private static readonly GrpcLimits Small = new(100_000, 150_000);

    [TestCase("plain text", "plain text")]
    [TestCase("100%", "100%25")]
    [TestCase("\t\r\n", "%09%0D%0A")]
    [TestCase("\u263A \U0001F608", "%E2%98%BA %F0%9F%98%88")]
    public void A_message_is_percent_encoded(string text, string encoded) => Assert.That(PercentEncoding.Encode(text), Is.EqualTo(encoded));

    [Test]
    public void A_surrogate_without_its_pair_is_sent_as_the_replacement() =>
        Assert.That(PercentEncoding.Encode(new string('\uD83D', 1)), Is.EqualTo("%EF%BF%BD"));

    [TestCase("%", "%")]
    [TestCase("%2", "%2")]
    [TestCase("%zz%41", "%zzA")]
    [TestCase("%e2%98%ba", "\u263A")]
    [TestCase("%ff", "\uFFFD")]
    public void Decoding_a_message_keeps_what_is_no_escape(string encoded, string text) => Assert.That(PercentEncoding.Decode(encoded), Is.EqualTo(text));

    [Test]
    public void A_message_survives_the_round_trip()
    {
        Random random = new(1);
        for (int i = 0; i < 500; i++)
        {
            string text = new([.. Enumerable.Range(0, random.Next(20)).Select(_ => (char)random.Next(1, 0xD800))]);
            string encoded = PercentEncoding.Encode(text);
            Assert.That(encoded.All(c => c is >= ' ' and <= '~'));
            Assert.That(PercentEncoding.Decode(encoded), Is.EqualTo(text));
        }
    }

    [TestCase("1n", 1)]
    [TestCase("100n", 1)]
    [TestCase("99999999u", 999_999_990)]
    [TestCase("5m", 50_000)]
    [TestCase("2S", 20_000_000)]
    [TestCase("1M", 600_000_000)]
    [TestCase("1H", 36_000_000_000)]
    public void A_timeout_is_read(string text, long ticks)
    {
        Assert.That(GrpcTimeout.TryParse(text, out TimeSpan timeout));
        Assert.That(timeout.Ticks, Is.EqualTo(ticks));
    }

    [TestCase("")]
    [TestCase("S")]
    [TestCase("10")]
    [TestCase("123456789S")]
    [TestCase("1s")]
    [TestCase("+1S")]
    [TestCase("-1S")]
    [TestCase(" 1S")]
    [TestCase("1.5S")]
    public void A_malformed_timeout_is_refused(string text) => Assert.That(GrpcTimeout.TryParse(text, out _), Is.False);

    [Test]
    public void A_timeout_is_never_written_shorter_than_it_is()
    {
        Random random = new(2);
        for (int i = 0; i < 1000; i++)
        {
            TimeSpan span = TimeSpan.FromTicks(random.NextInt64(1, 1L << random.Next(1, 58)));
            Assert.That(GrpcTimeout.TryParse(GrpcTimeout.Format(span), out TimeSpan read), GrpcTimeout.Format(span));
            Assert.That(read, Is.GreaterThanOrEqualTo(span));
            Assert.That((read - span).Ticks, Is.LessThanOrEqualTo(span.Ticks / 100_000 + 1));
        }

        Assert.That(GrpcTimeout.Format(TimeSpan.FromSeconds(-1)), Is.EqualTo("1n"));
    }

    [TestCase("q6ur", new byte[] { 0xab, 0xab, 0xab })]
    [TestCase("qw==", new byte[] { 0xab })]
    [TestCase("qw", new byte[] { 0xab })]
    [TestCase("", new byte[0])]
    public void Binary_metadata_is_read_with_and_without_padding(string value, byte[] expected)
    {
        GrpcMetadata metadata = new();
        metadata.AddReceived("X-Trace-Bin", value);
        Assert.That(metadata.Binary("x-trace-bin"), Is.EqualTo(expected));
    }

    [Test]
    public void Binary_metadata_is_split_at_commas_before_it_is_decoded()
    {
        GrpcMetadata metadata = new();
        metadata.AddReceived("x-bin", "qw==, q6ur");
        Assert.That(metadata.Select(entry => entry.Bytes), Is.EqualTo(new[] { new byte[] { 0xab }, [0xab, 0xab, 0xab] }));
    }

    [TestCase("!")]
    [TestCase("qw===")]
    [TestCase("q")]
    [TestCase("q6 ur")]
    public void Binary_metadata_that_is_not_base64_is_refused(string value) =>
        Assert.That(() => new GrpcMetadata().AddReceived("x-bin", value), Throws.TypeOf<FormatException>());

    [TestCase("Upper", "x")]
    [TestCase("grpc-status", "0")]
    [TestCase("te", "trailers")]
    [TestCase("x-bin", "text")]
    [TestCase("x", "line\nbreak")]
    [TestCase("x", "\u00e9")]
    [TestCase("", "x")]
    public void Metadata_that_cannot_be_sent_is_refused(string name, string value) =>
        Assert.That(() => new GrpcMetadata().Add(name, value), Throws.InstanceOf<ArgumentException>());

    [Test]
    public void A_method_that_the_proto_file_does_not_have_is_refused() =>
        Assert.That(
            () => new GrpcMethod<HealthCheckRequest, HealthCheckRequest>(HealthReflection.Descriptor.Services[0], "Check"),
            Throws.ArgumentException);

    [Test]
    public async Task Messages_are_read_whatever_the_pieces_they_come_in()
    {
        byte[] bytes = [.. Frame("one"), .. Frame(""), .. Frame(new string('x', 300))];
        for (int piece = 1; piece < 12; piece++)
        {
            Pipe pipe = new();
            Task writing = WriteInPiecesAsync(pipe.Writer, bytes, piece);
            GrpcMessageReader reader = new(pipe.Reader, null, Small);
            foreach (string expected in new[] { "one", "", new string('x', 300) })
            {
                Assert.That((await reader.ReadAsync(HealthCheckRequest.Parser, default))?.Service, Is.EqualTo(expected));
            }

            Assert.That(await reader.ReadAsync(HealthCheckRequest.Parser, default), Is.Null);
            await writing;
        }
    }

    [TestCase("02 00000000", GrpcStatusCode.Internal, TestName = "An_unknown_flag_is_refused")]
    [TestCase("01 00000000", GrpcStatusCode.Internal, TestName = "A_compressed_message_without_a_coding_is_refused")]
    [TestCase("00 7FFFFFFF", GrpcStatusCode.ResourceExhausted, TestName = "A_length_beyond_the_limit_is_refused_before_its_bytes")]
    [TestCase("00 FFFFFFFF", GrpcStatusCode.ResourceExhausted, TestName = "A_length_is_unsigned")]
    [TestCase("00 0000", GrpcStatusCode.Internal, TestName = "A_truncated_header_is_refused")]
    [TestCase("00 00000005 0A03", GrpcStatusCode.Internal, TestName = "A_truncated_message_is_refused")]
    [TestCase("00 00000002 0A7F", GrpcStatusCode.Internal, TestName = "Bytes_that_are_no_such_message_are_refused")]
    [TestCase("", GrpcStatusCode.Internal, TestName = "A_missing_message_is_refused")]
    [TestCase("00 00000000 00 00000000", GrpcStatusCode.Internal, TestName = "A_second_message_is_refused")]
    public async Task A_broken_frame_is_refused(string hex, GrpcStatusCode code)
    {
        GrpcMessageReader reader = new(PipeReader.Create(new ReadOnlySequence<byte>(Convert.FromHexString(hex.Replace(" ", "")))), null, Small);
        GrpcException? refused = await Assert.ThrowsAsync<GrpcException>(async () => await reader.ReadSingleAsync(HealthCheckRequest.Parser, default));
        Assert.That(refused!.Status.Code, Is.EqualTo(code));
    }

    [Test]
    public async Task A_compressed_message_is_expanded([Values("gzip", "deflate")] string name)
    {
        Assert.That(MessageCoding.TryFind(name, out MessageCoding? coding));
        HealthCheckRequest message = new() { Service = new string('s', 50_000) };
        ReadOnlyMemory<byte> frame = GrpcFrame.ToBytes(message, coding, int.MaxValue);
        Assert.That(frame.Length, Is.LessThan(1000));
        GrpcMessageReader reader = new(PipeReader.Create(new ReadOnlySequence<byte>(frame)), coding, Small);
        Assert.That(await reader.ReadSingleAsync(HealthCheckRequest.Parser, default), Is.EqualTo(message));
        Assert.That(reader.LastWasCompressed);
    }

    [Test]
    public void A_bomb_is_refused_at_the_limit([Values("gzip", "deflate")] string name)
    {
        MessageCoding.TryFind(name, out MessageCoding? coding);
        ReadOnlyMemory<byte> frame = GrpcFrame.ToBytes(new HealthCheckRequest { Service = new string('s', 20_000_000) }, coding, int.MaxValue);
        long before = GC.GetAllocatedBytesForCurrentThread();
        GrpcMessageReader reader = new(PipeReader.Create(new ReadOnlySequence<byte>(frame)), coding, new GrpcLimits(1_000_000, 1_000_000));
        GrpcException? refused = Assert.Throws<GrpcException>(() => reader.ReadSingleAsync(HealthCheckRequest.Parser, default).AsTask().GetAwaiter().GetResult());
        Assert.That(refused!.Status.Code, Is.EqualTo(GrpcStatusCode.ResourceExhausted));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(6_000_000));
    }

    [Test]
    public async Task A_call_is_refused_beyond_its_own_limit()
    {
        byte[] frame = Frame(new string('x', 80_000));
        GrpcMessageReader reader = new(PipeReader.Create(new ReadOnlySequence<byte>([.. frame, .. frame])), null, Small);
        Assert.That(await reader.ReadAsync(HealthCheckRequest.Parser, default), Is.Not.Null);
        Assert.That(
            async () => await reader.ReadAsync(HealthCheckRequest.Parser, default),
            Throws.TypeOf<GrpcException>().With.Property("Status").Property("Code").EqualTo(GrpcStatusCode.ResourceExhausted));
    }

    [Test]
    public async Task Damaged_frames_end_in_a_message_or_a_status()
    {
        Random random = new(3);
        MessageCoding.TryFind("gzip", out MessageCoding? coding);
        byte[] sound = [.. Frame("one"), .. GrpcFrame.ToBytes(new HealthCheckRequest { Service = new string('s', 500) }, coding, 10_000).Span];
        for (int i = 0; i < 2000; i++)
        {
            GrpcMessageReader reader = new(PipeReader.Create(new ReadOnlySequence<byte>(Mutation.Apply(sound, random))), coding, Small);
            try
            {
                while (await reader.ReadAsync(HealthCheckRequest.Parser, default) is not null)
                {
                }
            }
            catch (GrpcException)
            {
                continue;
            }
        }
    }

    private static byte[] Frame(string service) => GrpcFrame.ToBytes(new HealthCheckRequest { Service = service }, null, int.MaxValue).ToArray();

    private static async Task WriteInPiecesAsync(PipeWriter writer, byte[] bytes, int piece)
    {
        foreach (byte[] part in bytes.Chunk(piece))
        {
            await writer.WriteAsync(part);
        }

        await writer.CompleteAsync();
    }
}
