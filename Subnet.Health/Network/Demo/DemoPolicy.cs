using System.Globalization;
using System.Text;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Review.Logs;

namespace Subnet.Health.Network.Demo;

/// <summary>
/// Whom a reviewer of the demonstration trusts: a tlog-policy file with every party's log and, as witnesses, the validators of which more than half must have cosigned. Two of the
/// four collude, so no quorum is theirs alone.
/// </summary>
internal static class DemoPolicy
{
    /// <summary>The file's name in the demonstration's folder.</summary>
    public const string FileName = "reviewer.policy";

    /// <summary>Validators that must have cosigned.</summary>
    public static int Threshold => (DemoPlan.Validators.Count / 2) + 1;

    /// <summary>The witnesses' keys: each validator's hotkey under its witness's name.</summary>
    /// <param name="keys">Everybody's keys.</param>
    /// <param name="network">Name of the network.</param>
    public static IReadOnlyList<VerifierKey> Witnesses(DemoKeys keys, string network) =>
    [
        .. DemoPlan.Validators.Select(validator => LogName.WitnessKeyOf(LogName.Of(network, "witness", keys.Hot("validator-" + validator.Name).PublicKey))!),
    ];

    /// <summary>What a clinic's or miner's log waits for before it publishes a checkpoint.</summary>
    public static TrustPolicy Quorum(DemoKeys keys) => TrustPolicy.Threshold([], Witnesses(keys, DemoPlan.Network), Threshold);

    /// <summary>The policy file's text.</summary>
    /// <param name="keys">Everybody's keys.</param>
    /// <param name="network">Name of the network, which is in every log's name.</param>
    public static string Write(DemoKeys keys, string network)
    {
        StringBuilder text = new();
        text.Append("# Logs and witnesses of a network on one machine; every key is the party's own on its ledger.\n");
        foreach (DemoMiner miner in DemoPlan.Miners)
        {
            AppendLog(text, network, "miner", keys.Hot("miner-" + miner.Name).PublicKey);
        }

        foreach (DemoValidator validator in DemoPlan.Validators)
        {
            AppendLog(text, network, "validator", keys.Hot("validator-" + validator.Name).PublicKey);
        }

        foreach (string clinic in DemoPlan.Clinics)
        {
            AppendLog(text, network, "clinic", keys.Cold("clinic-" + clinic).PublicKey);
        }

        foreach ((DemoValidator validator, VerifierKey key) in DemoPlan.Validators.Zip(Witnesses(keys, network)))
        {
            text.Append(CultureInfo.InvariantCulture, $"witness {validator.Name} {key}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"group validators {Threshold} {string.Join(' ', DemoPlan.Validators.Select(validator => validator.Name))}\n");
        return text.Append("quorum validators\n").ToString();
    }

    private static void AppendLog(StringBuilder text, string network, string role, ReadOnlySpan<byte> key) =>
        text.Append(CultureInfo.InvariantCulture, $"log {LogName.KeyOf(LogName.Of(network, role, key))}\n");
}
