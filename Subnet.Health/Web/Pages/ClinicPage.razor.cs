namespace Subnet.Health.Web.Pages;

/// <summary>A clinic's own queries, results, receipts and tokens.</summary>
public sealed partial class ClinicPage;
