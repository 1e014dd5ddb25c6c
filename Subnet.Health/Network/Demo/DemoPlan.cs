namespace Subnet.Health.Network.Demo;

/// <summary>What a miner of the demonstration does.</summary>
internal enum MinerConduct
{
    /// <summary>Serves the model that it committed to.</summary>
    Honest,

    /// <summary>Answers with random numbers.</summary>
    Lazy,

    /// <summary>Buys tokens of another miner, asks it, and sells its answers.</summary>
    Relay,

    /// <summary>Committed to one model and serves a cheaper one.</summary>
    Swap,
}

/// <summary>What a validator of the demonstration does.</summary>
internal enum ValidatorConduct
{
    /// <summary>Challenges, judges, and sets weights from what it measured.</summary>
    Honest,

    /// <summary>Challenges nobody and copies the weights that another validator revealed.</summary>
    Copy,

    /// <summary>Challenges nobody and gives everything to a friend.</summary>
    Friend,
}

/// <summary>A subnet of the demonstration.</summary>
/// <param name="Netuid">Its number: they are created in this order.</param>
/// <param name="Name">Its name.</param>
/// <param name="Model">ML.NET model below <c>samples/models</c>.</param>
/// <param name="Data">Table below <c>samples/data</c>, without <c>.csv</c>.</param>
/// <param name="Title">Title of the model card.</param>
/// <param name="Features">Which columns a clinical record has, below <c>samples/models</c>; null for none.</param>
internal sealed record DemoSubnet(ushort Netuid, string Name, string Model, string Data, string Title, string? Features);

/// <summary>A miner.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Netuid">Its subnet.</param>
/// <param name="Conduct">What it does.</param>
internal sealed record DemoMiner(string Name, ushort Netuid, MinerConduct Conduct);

/// <summary>A validator, on every subnet.</summary>
/// <param name="Name">Its name.</param>
/// <param name="StakeTao">What is staked behind it on each subnet.</param>
/// <param name="Conduct">What it does.</param>
internal sealed record DemoValidator(string Name, ulong StakeTao, ValidatorConduct Conduct);

/// <summary>Who is in the demonstration.</summary>
internal static class DemoPlan
{
    /// <summary>The network's name.</summary>
    public const string Network = "subnet-demo";

    /// <summary>The clinic that sends tables.</summary>
    public const string TableClinic = "riverside";

    /// <summary>The clinic that sends FHIR records.</summary>
    public const string FhirClinic = "harbour";

    /// <summary>Three health subnets.</summary>
    public static IReadOnlyList<DemoSubnet> Subnets { get; } =
    [
        new(1, "heart-cleveland", "heart-lbfgs-onehot-meanvar.zip", "heart-cleveland", "Coronary artery disease, logistic regression", "heart-features.json"),
        new(2, "diabetes130", "diabetes130-lbfgs-onehot.zip", "diabetes130", "Readmission within 30 days, logistic regression", null),
        new(3, "wdbc", "wdbc-lbfgs-vector.zip", "wdbc", "Malignancy of a fine needle aspirate, logistic regression", null),
    ];

    /// <summary>Six miners, an honest one and a cheat in each subnet.</summary>
    public static IReadOnlyList<DemoMiner> Miners { get; } =
    [
        new("heart-honest", 1, MinerConduct.Honest),
        new("heart-lazy", 1, MinerConduct.Lazy),
        new("diabetes-honest", 2, MinerConduct.Honest),
        new("diabetes-relay", 2, MinerConduct.Relay),
        new("wdbc-honest", 3, MinerConduct.Honest),
        new("wdbc-swap", 3, MinerConduct.Swap),
    ];

    /// <summary>Four validators; the two that collude have 28 % of the stake.</summary>
    public static IReadOnlyList<DemoValidator> Validators { get; } =
    [
        new("north", 400, ValidatorConduct.Honest),
        new("south", 320, ValidatorConduct.Honest),
        new("copycat", 150, ValidatorConduct.Copy),
        new("crony", 130, ValidatorConduct.Friend),
    ];

    /// <summary>The clinics.</summary>
    public static IReadOnlyList<string> Clinics { get; } = [TableClinic, FhirClinic];

    /// <summary>The honest miner of a subnet.</summary>
    public static DemoMiner HonestOf(ushort netuid) => Miners.Single(miner => miner.Netuid == netuid && miner.Conduct == MinerConduct.Honest);

    /// <summary>The friend of the validator that votes for one: the cheat of each subnet.</summary>
    public static DemoMiner FriendOf(ushort netuid) => Miners.Single(miner => miner.Netuid == netuid && miner.Conduct != MinerConduct.Honest);
}
