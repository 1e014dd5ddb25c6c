namespace Subnet.Health.Cli.Settings;

internal static partial class SettingsCatalog
{
    public static readonly Setting WebPort = new("web.port", SettingKind.Port, "0", "Port of the HTTP side: pages, API, health and metrics; 0 takes a free one.");

    public static readonly Setting WebReviewers =
        new("web.reviewers", SettingKind.Text, null, "Addresses of the keys that may sign in as reviewers, separated by commas.");

    public static readonly Setting MinerHttpPort =
        new("miner.http_port", SettingKind.Port, "0", "Port on this machine of a miner's HTTP side: health, metrics, API, pages; 0 takes a free one.");

    public static readonly Setting ValidatorHttpPort =
        new("validator.http_port", SettingKind.Port, "0", "Port on this machine of a validator's HTTP side: health, metrics, API, pages; 0 takes a free one.");

    public static readonly Setting ClinicHttpPort =
        new("clinic.http_port", SettingKind.Port, "0", "Port on this machine of a gateway's HTTP side: the clinic's page, health, metrics, API; 0 takes a free one.");

    public static readonly Setting ClinicUsers =
        new("clinic.users", SettingKind.Text, null, "Addresses of the keys that may sign in to the clinic's page beside the clinic's own, separated by commas.");

    public static readonly Setting MetricsOtlp = new("metrics.otlp", SettingKind.Text, null, "URL that metrics are pushed to (OTLP over gRPC); nowhere when there is none.");
}
