namespace Subnet.Health.Cli.Settings;

/// <content>Settings of miners and clinics.</content>
internal static partial class SettingsCatalog
{
    public static readonly Setting AuditQuorum =
        new("audit.quorum", SettingKind.Text, null, "A tlog-policy file: whose cosignatures a clinic's or miner's log waits for before it publishes a checkpoint; without one it waits for none.");

    public static readonly Setting MinerAddress =
        new("miner.address", SettingKind.Text, "127.0.0.1", "The address a miner listens on; beyond loopback it needs miner.certs.");

    public static readonly Setting MinerPort =
        new("miner.port", SettingKind.Port, "0", "The port a miner listens on; 0 takes a free one, which is printed.");

    public static readonly Setting MinerAnnounced =
        new("miner.announced", SettingKind.Text, null, "The URL that the ledger announces for a miner, where it differs from the one listened on.");

    public static readonly Setting MinerCertificates =
        new("miner.certs", SettingKind.Text, null, "Folder of a miner's certificates; clients are not asked for one, so that nobody knows who asks.");

    public static readonly Setting MinerRunning =
        new("miner.running", SettingKind.Number, "16", "Queries that a miner works on at one time.");

    public static readonly Setting MinerWaiting =
        new("miner.waiting", SettingKind.Number, "64", "Queries that wait at a miner; more are told RESOURCE_EXHAUSTED.");

    public static readonly Setting MinerMemory =
        new("miner.memory_mb", SettingKind.Number, "1024", "Memory for a miner's models and queries, in MiB; a miner that could need more does not start.");

    public static readonly Setting MinerVersionEpochs =
        new("miner.version_epochs", SettingKind.Number, "8", "Access epochs that a version of a model is served, since every answer is an equation of its weights; 0 for no end.");

    public static readonly Setting ClinicPolicy =
        new("clinic.policy", SettingKind.Text, null, "The gateway's policy file: which models, miners, purposes and inputs; without one, treatment only.");

    public static readonly Setting ClinicTimeout =
        new("clinic.timeout_s", SettingKind.Number, "10", "Seconds that a gateway waits for a miner.");

    public static readonly Setting ClinicMostMiners =
        new("clinic.most_miners", SettingKind.Number, "3", "Miners that a gateway tries for one query.");

    public static readonly Setting ClinicParallel =
        new("clinic.parallel", SettingKind.Number, "4", "Queries of one request that are under way at one time.");

    public static readonly Setting ClinicTokenDelay =
        new("clinic.token_delay_s", SettingKind.Number, "3600", "Mean of the random time between buying tokens and using them; 0 on a local network only.");

    public static readonly Setting ClinicPrice =
        new("clinic.most_per_row_rao", SettingKind.Number, "10000000", "The highest price of a row that a gateway pays, in rao.");

    public static readonly Setting ClinicIssuer =
        new("clinic.issuer", SettingKind.Text, null, "The URL of the token issuer, where it is not the node's or the network file's.");
}
