using Subnet.Health.Clinic;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Clinic;

/// <summary>The lines by which one process counts what another asked.</summary>
[TestFixture]
internal sealed class QueryEndFileTests
{
    private static readonly QueryEnd Answered = new(QueryEnd.Answered, TimeSpan.FromMilliseconds(12.5), 0), Refused = new("no-answer", TimeSpan.FromSeconds(3), 2);

    [Test]
    public void Each_end_is_read_once_by_each_reader()
    {
        using TemporaryFolder folder = new();
        using QueryEndFile writer = new(folder.Path), early = new(folder.Path);
        Assert.That(early.ReadNew(), Is.Empty, "there is no file yet");
        writer.Append(Answered);
        Assert.That(early.ReadNew(), Is.EqualTo(new[] { Answered }));
        Assert.That(early.ReadNew(), Is.Empty);
        writer.Append(Refused);
        using QueryEndFile late = new(folder.Path);
        Assert.That((early.ReadNew(), late.ReadNew()), Is.EqualTo((new[] { Refused }, new[] { Answered, Refused })));
    }

    [Test]
    public void Line_that_is_not_whole_waits_and_one_that_is_none_is_passed_over()
    {
        using TemporaryFolder folder = new();
        string path = folder.Combine("query-ends");
        using QueryEndFile reader = new(folder.Path);
        File.WriteAllText(path, "answered 12.5 0\nage=61 of p-7\n\u00e9\n-1 -1 -1\nanswered 1e9 0\nno-answer 3000 2");
        Assert.That(reader.ReadNew(), Is.EqualTo(new[] { Answered }));
        File.AppendAllText(path, "\n");
        Assert.That(reader.ReadNew(), Is.EqualTo(new[] { Refused }));
    }

    [Test]
    public void File_that_was_begun_anew_is_read_from_its_beginning()
    {
        using TemporaryFolder folder = new();
        string path = folder.Combine("query-ends");
        using QueryEndFile reader = new(folder.Path);
        File.WriteAllText(path, string.Concat(Enumerable.Repeat("answered 12.5 0\n", (4 << 20) / 15)));
        Assert.That(reader.ReadNew(), Has.Count.GreaterThan(200_000));
        using QueryEndFile writer = new(folder.Path);
        writer.Append(Refused);
        Assert.That(reader.ReadNew(), Is.EqualTo(new[] { Refused }));
        Assert.That(new FileInfo(path).Length, Is.LessThan(100));
    }

    [Test]
    public void Folder_that_cannot_be_written_stops_no_query()
    {
        using TemporaryFolder folder = new();
        using QueryEndFile nowhere = new(folder.Combine("absent"));
        Assert.That(() => nowhere.Append(Answered), Throws.Nothing);
        Assert.That(nowhere.ReadNew(), Is.Empty);
    }
}
