using System.Security.Cryptography;
using Subnet.Health.Rpc.Uploads;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Rpc;

[TestFixture]
internal sealed class DigestUploadsTests
{
    private readonly StandingClock _clock = new();
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task A_file_in_chunks_is_whole_when_its_digest_was_checked()
    {
        byte[] file = Bytes(10_000);
        DigestUploads uploads = Open();
        Assert.That(uploads.Find(SHA256.HashData(file)), Is.EqualTo(default(UploadStatus)));
        for (int offset = 0; offset < file.Length; offset += 4_000)
        {
            UploadStatus status = await Append(uploads, file, offset, 4_000);
            Assert.That(status, Is.EqualTo(new UploadStatus(Math.Min(file.Length, offset + 4_000), offset + 4_000 >= file.Length)));
            Assert.That(uploads.PathOf(SHA256.HashData(file)) is not null, Is.EqualTo(status.IsComplete));
        }

        Assert.That(File.ReadAllBytes(uploads.PathOf(SHA256.HashData(file))!), Is.EqualTo(file));
    }

    [Test]
    public async Task A_repeated_chunk_is_taken_once()
    {
        byte[] file = Bytes(8_000);
        DigestUploads uploads = Open();
        await Append(uploads, file, 0, 4_000);
        Assert.That((await Append(uploads, file, 0, 4_000)).ReceivedBytes, Is.EqualTo(4_000));
        await Append(uploads, file, 4_000, 4_000);
        Assert.That((await Append(uploads, file, 4_000, 4_000)).IsComplete);
    }

    [Test]
    public async Task An_upload_goes_on_after_a_restart()
    {
        byte[] file = Bytes(8_000);
        await Append(Open(), file, 0, 4_000);
        DigestUploads again = Open();
        Assert.That(again.Find(SHA256.HashData(file)), Is.EqualTo(new UploadStatus(4_000, false)));
        Assert.That((await Append(again, file, 4_000, 4_000)).IsComplete);
        Assert.That(Open().Find(SHA256.HashData(file)).IsComplete);
    }

    [Test]
    public async Task Other_bytes_than_announced_are_thrown_away()
    {
        byte[] file = Bytes(4_000);
        byte[] digest = SHA256.HashData(file);
        DigestUploads uploads = Open();
        file[17] ^= 1;
        Assert.That(await Refusal(uploads.AppendAsync(digest, 4_000, 0, file, default)), Is.EqualTo(UploadRefusal.WrongDigest));
        Assert.That(uploads.Find(digest), Is.EqualTo(default(UploadStatus)));
        Assert.That(Directory.GetFiles(_folder.Path), Is.Empty);
        file[17] ^= 1;
        Assert.That((await Append(uploads, file, 0, 4_000)).IsComplete);
    }

    [Test]
    public async Task A_chunk_that_does_not_fit_is_refused()
    {
        byte[] file = Bytes(8_000);
        byte[] digest = SHA256.HashData(file);
        DigestUploads uploads = Open();
        await Append(uploads, file, 0, 4_000);
        Assert.That(await Refusal(Append(uploads, file, 5_000, 1_000)), Is.EqualTo(UploadRefusal.WrongOffset));
        Assert.That(await Refusal(uploads.AppendAsync(digest, 9_000, 4_000, new byte[1], default)), Is.EqualTo(UploadRefusal.WrongLength));
        Assert.That(await Refusal(uploads.AppendAsync(digest, 8_000, 4_000, new byte[4_001], default)), Is.EqualTo(UploadRefusal.TooLarge));
        Assert.That(await Refusal(uploads.AppendAsync(Bytes(32), 100_000, 0, new byte[1], default)), Is.EqualTo(UploadRefusal.TooLarge));
        Assert.That(() => uploads.Find(new byte[31]), Throws.ArgumentException);
    }

    [Test]
    public async Task Room_is_counted_by_announced_lengths_and_idle_uploads_give_way()
    {
        DigestUploads uploads = Open();
        byte[][] files = [.. Enumerable.Range(1, 4).Select(i => Bytes(10_000 + i))];
        foreach (byte[] file in files[..3])
        {
            await Append(uploads, file, 0, 1);
        }

        Assert.That(await Refusal(Append(uploads, files[3], 0, 1)), Is.EqualTo(UploadRefusal.Full));
        _clock.Advance(TimeSpan.FromHours(2));
        await Append(uploads, files[3], 0, 1);
        Assert.That(uploads.Find(SHA256.HashData(files[0])), Is.EqualTo(default(UploadStatus)));
    }

    [Test]
    public async Task Chunks_of_one_file_sent_at_once_do_not_mix()
    {
        byte[] file = Bytes(10_000);
        DigestUploads uploads = Open();
        Task<UploadStatus>[] tries = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(() => Append(uploads, file, 0, 4_000)))];
        await Task.WhenAll(tries);
        Assert.That(uploads.Find(SHA256.HashData(file)).ReceivedBytes, Is.EqualTo(4_000));
        await Append(uploads, file, 4_000, 4_000);
        Assert.That((await Append(uploads, file, 8_000, 2_000)).IsComplete);
    }

    [Test]
    public async Task A_file_whose_last_chunk_came_just_before_a_crash_is_checked_with_the_next_chunk()
    {
        byte[] file = Bytes(8_000);
        byte[] digest = SHA256.HashData(file);
        File.WriteAllBytes(_folder.Combine(Convert.ToHexStringLower(digest) + ".part"), file);
        DigestUploads uploads = Open();
        Assert.That(uploads.Find(digest), Is.EqualTo(new UploadStatus(8_000, false)));
        Assert.That((await uploads.AppendAsync(digest, 8_000, 8_000, default, default)).IsComplete);
        Assert.That(uploads.PathOf(digest), Is.Not.Null);
    }

    [Test]
    public async Task Room_that_other_folders_take_is_not_given_again()
    {
        long elsewhere = 20_000;
        DigestUploads uploads = new(_folder.Path, new UploadLimits { UploadBytes = 20_000, TotalBytes = 35_000, ChunkBytes = 4_000 }, _clock, () => elsewhere);
        Assert.That(await Refusal(Append(uploads, Bytes(16_000), 0, 1)), Is.EqualTo(UploadRefusal.Full));
        elsewhere = 10_000;
        await Append(uploads, Bytes(16_000), 0, 1);
        Assert.That(uploads.AnnouncedBytes, Is.EqualTo(16_000));
        uploads.Remove(SHA256.HashData(Bytes(16_000)));
        Assert.That(uploads.AnnouncedBytes, Is.Zero);
    }

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private static Task<UploadStatus> Append(DigestUploads uploads, byte[] file, int offset, int count) =>
        uploads.AppendAsync(SHA256.HashData(file), file.Length, offset, file.AsMemory(offset, Math.Min(count, file.Length - offset)), default);

    private static async Task<UploadRefusal> Refusal(Task<UploadStatus> append)
    {
        try
        {
            await append;
        }
        catch (UploadRefusedException refused)
        {
            return refused.Refusal;
        }

        throw new AssertionException("the chunk was taken");
    }

    private DigestUploads Open() => new(_folder.Path, new UploadLimits { UploadBytes = 20_000, TotalBytes = 35_000, ChunkBytes = 4_000 }, _clock);
}
