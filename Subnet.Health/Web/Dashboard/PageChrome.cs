namespace Subnet.Health.Web.Dashboard;

/// <summary>A link of the navigation.</summary>
/// <param name="Section">Its word.</param>
/// <param name="Text">What it says.</param>
/// <param name="Href">Where it leads.</param>
internal sealed record NavigationLink(string Section, string Text, string Href);

/// <summary>What the frame around every page shows.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Height">Newest block.</param>
/// <param name="Time">When it was made.</param>
/// <param name="BlockTimeMs">Time between blocks.</param>
/// <param name="Links">The navigation.</param>
internal sealed record PageChrome(string Network, ulong Height, DateTimeOffset Time, uint BlockTimeMs, IReadOnlyList<NavigationLink> Links)
{
    /// <summary>Whether the network's keys follow from a seed.</summary>
    public bool IsUnfitForSecrets { get; init; }

    /// <summary>Address of whoever is signed in, or null.</summary>
    public string? User { get; init; }

    /// <summary>Goes with every form that changes something.</summary>
    public string? CsrfToken { get; init; }

    /// <summary>The block's time for machines.</summary>
    public string TimeText => Words.Instant(Time);

    /// <summary>The block's time for people.</summary>
    public string TimeShort => Words.Minute(Time);
}

/// <summary>The tabs of a subnet.</summary>
internal static class SubnetPages
{
    /// <summary>Path and words of each.</summary>
    public static IReadOnlyList<(string Path, string Text)> All { get; } =
        [("metagraph", "Metagraph"), ("consensus", "Consensus"), ("emission", "Emission"), ("miners", "Miners")];
}
