using Subnet.Core.State;

namespace Subnet.Core.Governance;

/// <summary>One setting of the whole network.</summary>
/// <param name="Number">Its number in calls; never reused.</param>
/// <param name="Name">Its name in files and commands.</param>
/// <param name="Minimum">Smallest value.</param>
/// <param name="Maximum">Largest value.</param>
/// <param name="Get">Reads it.</param>
/// <param name="Set">Replaces it with a value in range.</param>
public sealed record GlobalParameter(
    ushort Number,
    string Name,
    Int128 Minimum,
    Int128 Maximum,
    Func<GlobalParameters, Int128> Get,
    Func<GlobalParameters, Int128, GlobalParameters> Set)
{
    /// <summary>Whether a value is in range.</summary>
    public bool Allows(Int128 value) => value >= Minimum && value <= Maximum;
}
