using Subnet.Health.Models;
using Subnet.Health.Models.Rows;

namespace Subnet.Tests.Health.Models.Rows;

[TestFixture]
internal sealed class RowFileReaderTests
{
    private static readonly ModelSchema Schema = new(
        ModelTask.Binary,
        [
            new("age", ColumnKind.Single, 1, false),
            new("sex", ColumnKind.Text, 1, false),
            new("x", ColumnKind.Single, 2, true),
            new("count", ColumnKind.Integer, 1, false),
            new("label", ColumnKind.Boolean, 1, false, IsUsed: false),
        ],
        ["Score"],
        []);

    private static RowBatch Read(string table, RowFileLimits? limits = null) =>
        RowFileReader.Read(new StringReader(table), Schema, limits: limits);

    [Test]
    public void Table_with_all_columns_in_any_order_is_read_by_name()
    {
        RowBatch rows = Read("x.1,age,label,sex,x.0,count\n2,50.5,1,m,1,7\n4,,0,,3,\n");

        Assert.Multiple(() =>
        {
            Assert.That(rows.Count, Is.EqualTo(2));
            Assert.That(rows.Get<float>(Schema.Inputs[0]).Slot(0).ToArray(), Is.EqualTo(new[] { 50.5f, float.NaN }));
            Assert.That(rows.Get<string>(Schema.Inputs[1]).Slot(0).ToArray(), Is.EqualTo(new[] { "m", "" }));
            Assert.That(rows.Get<float>(Schema.Inputs[2]).Slot(0).ToArray(), Is.EqualTo(new[] { 1f, 3 }));
            Assert.That(rows.Get<float>(Schema.Inputs[2]).Slot(1).ToArray(), Is.EqualTo(new[] { 2f, 4 }));
            Assert.That(rows.Get<long>(Schema.Inputs[3]).Slot(0).ToArray(), Is.EqualTo(new[] { 7L, 0 }));
            Assert.That(rows.TryGet("label", out _), Is.False, "a column that no answer depends on is not kept");
        });
    }

    [Test]
    public void The_only_vector_column_not_named_takes_the_remaining_columns_in_order()
    {
        RowBatch rows = Read("first,age,second,sex,count,label\n1,50,2,m,0,1\n");

        Assert.That(rows.Get<float>(Schema.Inputs[2]).Slot(1).ToArray(), Is.EqualTo(new[] { 2f }));
    }

    [TestCase("s\na\n\nb\n", new[] { "a", "", "b" })]
    [TestCase("s\r\n\r\n\r\na", new[] { "", "", "a" })]
    public void An_empty_line_of_a_table_of_one_column_is_a_row_whose_value_is_missing(string table, string[] expected)
    {
        ModelSchema schema = Schema with { Inputs = [new("s", ColumnKind.Text, 1, false)] };

        RowBatch rows = RowFileReader.Read(new StringReader(table), schema);

        Assert.That(rows.Get<string>(schema.Inputs[0]).Slot(0).ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void An_empty_line_of_a_wider_table_is_passed_over()
    {
        RowBatch rows = Read("age,sex,x.0,x.1,count\n\n1,m,1,2,3\n\n2,f,1,2,3\n\n");

        Assert.That(rows.Get<float>(Schema.Inputs[0]).Slot(0).ToArray(), Is.EqualTo(new[] { 1f, 2 }));
    }

    [TestCase("", "empty")]
    [TestCase("age,age\n", "two columns named age")]
    [TestCase("age,sex,count\n", "x.0 to x.1")]
    [TestCase("sex,x.0,x.1,count\n", "no column age")]
    [TestCase("age,sex,x.0,x.1,count\n1,m,1\n", "row 1 has 3 fields")]
    [TestCase("age,sex,x.0,x.1,count\nold,m,1,2,3\n", "row 1, column age")]
    [TestCase("age,sex,x.0,x.1,count\n1,m,1,2,99999999999999999999\n", "row 1, column count")]
    public void Table_that_does_not_fit_is_refused_with_the_place(string table, string sentence) =>
        Assert.That(() => Read(table), Throws.InstanceOf<RowFormatException>().With.Message.Contains(sentence));

    [Test]
    public void A_patients_value_never_appears_in_the_message() =>
        Assert.That(
            () => Read("age,sex,x.0,x.1,count\nHIV positive,m,1,2,3\n"),
            Throws.InstanceOf<RowFormatException>().With.Message.Not.Contains("HIV"));

    [Test]
    public void Bounds_on_rows_and_fields_are_kept()
    {
        const string table = "age,sex,x.0,x.1,count\n1,m,1,2,3\n1,mmmmmmmmmmmmmmmmmmmm,1,2,3\n";
        Assert.Multiple(() =>
        {
            Assert.That(() => Read(table, new RowFileLimits(1, 100)), Throws.InstanceOf<RowFormatException>());
            Assert.That(() => Read(table, new RowFileLimits(10, 8)), Throws.InstanceOf<RowFormatException>());
        });
    }
}
