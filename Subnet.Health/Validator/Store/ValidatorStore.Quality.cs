using System.Text.Json;
using Microsoft.Data.Sqlite;
using Subnet.Health.Storage;

namespace Subnet.Health.Validator.Store;

/// <summary>What was measured of a miner under a card when an epoch was scored. No prediction is in it, and nothing of an epoch that runs.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Epoch">The epoch that was scored.</param>
/// <param name="Miner">Hotkey, 32 bytes.</param>
/// <param name="Card">The card, 32 bytes.</param>
/// <param name="Quality">Over every labelled row answered up to the epoch; null where none was.</param>
/// <param name="Calibration">The same rows in bins.</param>
/// <param name="Service">Latency and availability as the factor that entered the score, 0 to 1.</param>
internal sealed record StoredQuality(
    ushort Netuid, ulong Epoch, byte[] Miner, byte[] Card, PredictionQuality? Quality, IReadOnlyList<CalibrationBin> Calibration, double Service);

/// <summary>Measurements and findings that pages show.</summary>
internal sealed partial class ValidatorStore
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Stores a measurement; the newest of a card stands.</summary>
    public void PutQuality(StoredQuality measured)
    {
        ArgumentNullException.ThrowIfNull(measured);
        Execute(
            "insert or replace into quality values ($netuid, $epoch, $miner, $card, $quality, $bins, $service)",
            ("$netuid", (int)measured.Netuid), ("$epoch", measured.Epoch), ("$miner", measured.Miner), ("$card", measured.Card),
            ("$quality", JsonSerializer.Serialize(measured.Quality, Json)), ("$bins", JsonSerializer.Serialize(measured.Calibration, Json)), ("$service", measured.Service));
    }

    /// <summary>The measurements of a subnet, one a card.</summary>
    public IReadOnlyList<StoredQuality> Qualities(ushort netuid) => Query(
        "select netuid, epoch, miner, card, quality, bins, service from quality where netuid = $netuid order by miner, card", ReadQuality, ("$netuid", (int)netuid));

    /// <summary>Stores who answers as whom; what was found before is replaced.</summary>
    public void PutDuplicates(ushort netuid, IReadOnlyList<DuplicateFinding> findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        lock (gate)
        {
            using WriteTransaction transaction = new(connection);
            using SqliteCommand clear = Command("delete from duplicate where netuid = $netuid", [("$netuid", (int)netuid)]);
            clear.ExecuteNonQuery();
            foreach (DuplicateFinding finding in findings)
            {
                using SqliteCommand insert = Command(
                    "insert or replace into duplicate values ($netuid, $owner, $copy, $differing, $largest, $compared)",
                    [
                        ("$netuid", (int)netuid), ("$owner", finding.Owner), ("$copy", finding.Copy), ("$differing", finding.Differing),
                        ("$largest", finding.LargestDifference), ("$compared", finding.Compared),
                    ]);
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }
    }

    /// <summary>Who answers as whom, as found last.</summary>
    public IReadOnlyList<DuplicateFinding> Duplicates(ushort netuid) => Query(
        "select owner, copy, differing, largest, compared from duplicate where netuid = $netuid order by owner, copy",
        reader => new DuplicateFinding(reader.GetString(0), reader.GetString(1), reader.GetInt32(2), reader.GetInt64(3), reader.GetInt32(4)),
        ("$netuid", (int)netuid));

    private static StoredQuality ReadQuality(SqliteDataReader reader) => new(
        (ushort)reader.GetInt32(0), Large(reader, 1), Bytes(reader, 2), Bytes(reader, 3),
        JsonSerializer.Deserialize<PredictionQuality>(reader.GetString(4), Json),
        JsonSerializer.Deserialize<CalibrationBin[]>(reader.GetString(5), Json) ?? [],
        reader.GetDouble(6));
}
