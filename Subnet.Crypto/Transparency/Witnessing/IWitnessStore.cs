namespace Subnet.Crypto.Transparency.Witnessing;

/// <summary>Keeps the newest cosigned checkpoint of each origin for a witness.</summary>
public interface IWitnessStore
{
    /// <summary>The newest cosigned checkpoint note of an origin, or null if none was seen.</summary>
    string? Latest(string origin);

    /// <summary>
    /// Puts <paramref name="note"/> in the place of <paramref name="expected"/>, as one step even beside other callers, and durably before
    /// it returns. Otherwise a slower request could roll the witness back.
    /// </summary>
    /// <returns>False, and nothing changed, if the newest note is no longer the expected one.</returns>
    bool TryReplace(string origin, string? expected, string note);
}
