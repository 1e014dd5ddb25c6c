using Subnet.Crypto.Lattice;

namespace Subnet.Tests.Crypto.Lattice;

internal sealed class SignificantLengthTests
{
    [Test]
    public void Length_ends_behind_the_last_word_that_is_not_zero([Values(0, 1, 3, 8, 64, 67)] int count)
    {
        for (int last = -1; last < count; last++)
        {
            foreach (ulong value in new ulong[] { 1, 1UL << 63, ulong.MaxValue })
            {
                ulong[] words = new ulong[count];
                if (last >= 0)
                {
                    words[last] = value;
                    words[last / 2] = value;
                }

                Assert.That(SignificantLength.Of(words), Is.EqualTo(last + 1));
            }
        }
    }
}
