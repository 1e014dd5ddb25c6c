namespace Subnet.Health.Models;

/// <summary>
/// A model file that is refused: damaged, hostile or beyond what is supported. The message is one sentence that names the
/// place (archive entry or graph node), the kind of component found there (loader signature or operator) and what to do.
/// </summary>
internal sealed class ModelFormatException : Exception
{
    /// <summary>What to do about a file whose bytes contradict the format.</summary>
    public const string SaveAgain = "save the model again from the program that trained it";

    /// <summary>Refuses a file.</summary>
    /// <param name="place">Archive entry, graph node or file the fault was found in.</param>
    /// <param name="component">Loader signature or operator; null when the fault precedes any component.</param>
    /// <param name="problem">What is wrong, as a clause without a full stop.</param>
    /// <param name="fix">What to do, as a clause in the imperative.</param>
    /// <param name="cause">The lower-level failure, if one was met.</param>
    public ModelFormatException(string place, string? component, string problem, string fix, Exception? cause = null)
        : base($"{place}{(component is null ? "" : $" ({component})")}: {problem}; {fix}.", cause)
    {
        Place = place;
        Component = component;
        Problem = problem;
        Fix = fix;
    }

    /// <summary>Whether the format document lists the component among those that are to be refused by name.</summary>
    public bool IsRefusedByName { get; init; }

    /// <summary>Archive entry, graph node or file.</summary>
    public string Place { get; }

    /// <summary>Loader signature or operator; null when the fault precedes any component.</summary>
    public string? Component { get; }

    /// <summary>What is wrong.</summary>
    public string Problem { get; }

    /// <summary>What to do about it.</summary>
    public string Fix { get; }
}
