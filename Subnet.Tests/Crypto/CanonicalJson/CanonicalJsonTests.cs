using System.Text;
using Subnet.Crypto.CanonicalJson;

namespace Subnet.Tests.Crypto.CanonicalJson;

[TestFixture]
internal sealed class CanonicalJsonTests
{
    [TestCase("""{"a":{"b":[1,true,false,"x",{"c":[]}]}}""")]
    [TestCase("""{}""")]
    [TestCase("""{"m":-9007199254740991,"n":9007199254740991}""")]
    [TestCase("{\"note\":\"a\\\"b\\\\c\\n\\t\\b\\f\\r\u00e9\u4e2d\U0001f3e5/<>&'+\u2028\u007f\\u0001\\u001f\"}")]
    public void Canonical_text_reads_and_writes_to_the_same_bytes(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Assert.That(CanonicalJsonWriter.Write(CanonicalJsonReader.Read(bytes)), Is.EqualTo(bytes));
    }

    [TestCase("""{"a": 1}""")]
    [TestCase("""{"b":1,"a":2}""")]
    [TestCase("""{"a":1,"a":1}""")]
    [TestCase("""{"a":1e3}""")]
    [TestCase("""{"a":1.0}""")]
    [TestCase("""{"a":-0}""")]
    [TestCase("""{"a":01}""")]
    [TestCase("""{"a":-}""")]
    [TestCase("""{"a":9007199254740992}""")]
    [TestCase("""{"a":99999999999999999999999999}""")]
    [TestCase("""{"a":null}""")]
    [TestCase("""{"A":1}""")]
    [TestCase("""{"":1}""")]
    [TestCase("""{"_a":1}""")]
    [TestCase("""{"a":"\/"}""")]
    [TestCase("""{"a":"\u0041"}""")]
    [TestCase("""{"a":"\u000a"}""")]
    [TestCase("""{"a":"\u001F"}""")]
    [TestCase("""{"a":"\ud800"}""")]
    [TestCase("{\"a\":\"\t\"}")]
    [TestCase("{\"a\":1}\n")]
    [TestCase("\ufeff{\"a\":1}")]
    [TestCase("""[1]""")]
    [TestCase("""{"a":1,}""")]
    [TestCase("""{"a":"x""")]
    [TestCase("""{"a":"x\""")]
    [TestCase("""{"a":tru}""")]
    [TestCase("")]
    public void Any_other_spelling_is_refused(string text) =>
        Assert.That(() => CanonicalJsonReader.Read(Encoding.UTF8.GetBytes(text)), Throws.InstanceOf<CanonicalJsonException>());

    [Test]
    public void Bytes_that_are_not_utf8_are_refused()
    {
        byte[] overlong = [.. "{\"a\":\""u8, 0xc0, 0x80, .. "\"}"u8];
        byte[] surrogate = [.. "{\"a\":\""u8, 0xed, 0xa0, 0x80, .. "\"}"u8];
        Assert.That(() => CanonicalJsonReader.Read(overlong), Throws.InstanceOf<CanonicalJsonException>());
        Assert.That(() => CanonicalJsonReader.Read(surrogate), Throws.InstanceOf<CanonicalJsonException>());
    }

    [Test]
    public void Nesting_beyond_the_limit_is_refused_by_reader_and_writer()
    {
        string deep = "{\"a\":" + new string('[', 40) + new string(']', 40) + "}";
        Assert.That(() => CanonicalJsonReader.Read(Encoding.UTF8.GetBytes(deep)), Throws.InstanceOf<CanonicalJsonException>());
        CanonicalValue inner = new CanonicalList();
        for (int i = 0; i < 40; i++)
        {
            inner = new CanonicalList { inner };
        }

        Assert.That(() => CanonicalJsonWriter.Write(new CanonicalObject { { "a", inner } }), Throws.InstanceOf<CanonicalJsonException>());
    }

    [Test]
    public void Value_without_a_canonical_form_is_not_written()
    {
        Assert.That(() => CanonicalJsonWriter.Write(new CanonicalObject { { "a", "\ud800" } }), Throws.InstanceOf<CanonicalJsonException>());
        Assert.That(() => CanonicalJsonWriter.Write(new CanonicalObject { { "a", 1L << 53 } }), Throws.InstanceOf<CanonicalJsonException>());
        Assert.That(() => new CanonicalObject { { "A", 1 } }, Throws.InstanceOf<CanonicalJsonException>());
        Assert.That(() => new CanonicalObject { { "a", 1 }, { "a", 2 } }, Throws.InstanceOf<CanonicalJsonException>());
    }

    [Test]
    public void Members_are_written_in_order_whatever_the_order_they_came_in()
    {
        CanonicalObject value = new() { { "b", 1 }, { "a_b", "x" }, { "a1", true }, { "a", new CanonicalList { 1, "two" } } };
        Assert.That(Encoding.UTF8.GetString(CanonicalJsonWriter.Write(value)), Is.EqualTo("""{"a":[1,"two"],"a1":true,"a_b":"x","b":1}"""));
    }

    [Test]
    public void Mutated_text_is_either_refused_or_the_canonical_form_of_what_was_read()
    {
        byte[] seed = Encoding.UTF8.GetBytes("""{"actor":{"id":"key:\"\\\n\u0001é","kind":"clinic"},"in":{"bytes":-12,"list":[1,true,{"x":[]}]},"v":1}""");
        Random random = new(7);
        int accepted = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] mutated = [.. seed];
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                mutated[random.Next(mutated.Length)] = (byte)(random.Next(3) == 0 ? random.Next(256) : seed[random.Next(seed.Length)]);
            }

            byte[] cut = random.Next(4) == 0 ? mutated[..random.Next(mutated.Length)] : mutated;
            try
            {
                Assert.That(CanonicalJsonWriter.Write(CanonicalJsonReader.Read(cut)), Is.EqualTo(cut));
                accepted++;
            }
            catch (CanonicalJsonException)
            {
                continue;
            }
        }

        Assert.That(accepted, Is.GreaterThan(100), "the mutations must reach the accepting path too");
    }
}
