namespace Subnet.Health.Web.Sessions;

/// <summary>Somebody who signed a challenge here, for a while.</summary>
/// <param name="Account">SS58 address of the key that signed.</param>
/// <param name="Role">What the key is allowed here: reviewer or clinic.</param>
/// <param name="CsrfToken">Goes with every form that changes something.</param>
/// <param name="Ends">When it ends whatever happens.</param>
internal sealed record Session(string Account, string Role, string CsrfToken, DateTimeOffset Ends)
{
    /// <summary>The role that reads logs.</summary>
    public const string Reviewer = "reviewer";

    /// <summary>The role that sees a clinic's own results.</summary>
    public const string Clinic = "clinic";
}
