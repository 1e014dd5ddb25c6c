using Subnet.Core.State;

namespace Subnet.Tests.Core.State;

[TestFixture]
internal sealed class RejectionsTests
{
    [Test]
    public void Every_reason_has_a_code_of_its_own_a_sentence_and_a_fix()
    {
        HashSet<string> codes = [];
        foreach (RejectionReason reason in Enum.GetValues<RejectionReason>().Where(static r => r != RejectionReason.None))
        {
            Rejection rejection = reason.Describe();
            Assert.Multiple(() =>
            {
                Assert.That(codes.Add(rejection.Code), $"{rejection.Code} is used twice");
                Assert.That(rejection.Code, Does.Match("^[a-z]+(-[a-z]+)*$"));
                Assert.That(rejection.Sentence, Does.EndWith("."));
                Assert.That(rejection.Fix, Does.EndWith("."));
            });
        }
    }
}
