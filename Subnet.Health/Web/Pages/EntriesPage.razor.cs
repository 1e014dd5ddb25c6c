namespace Subnet.Health.Web.Pages;

/// <summary>Entries of one log, searched.</summary>
public sealed partial class EntriesPage;
