using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Crypto.Transparency.Checkpoints;

/// <summary>A witness, or a group of which a number of members must have signed. A group of threshold 0 asks for nobody.</summary>
internal sealed class Quorum
{
    private readonly string? publicKey;
    private readonly IReadOnlyList<Quorum> members = [];
    private readonly int threshold;

    public Quorum(VerifierKey witness) => publicKey = TrustPolicy.PublicKeyText(witness);

    public Quorum(int threshold, IReadOnlyList<Quorum> members)
    {
        this.threshold = threshold;
        this.members = members;
    }

    public bool IsMet(IReadOnlySet<string> signers)
    {
        if (publicKey is not null)
        {
            return signers.Contains(publicKey);
        }

        // Members with one public key under several names are one vote.
        HashSet<string> votes = [];
        int groups = 0;
        foreach (Quorum member in members.Where(member => member.IsMet(signers)))
        {
            if (member.publicKey is null)
            {
                groups++;
            }
            else
            {
                votes.Add(member.publicKey);
            }
        }

        return votes.Count + groups >= threshold;
    }
}
