using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Clinic;
using Subnet.Health.Wallets;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Clinic;

[TestFixture]
internal sealed class OrganicPanelsTests
{
    [Test]
    public async Task Only_single_patients_with_logged_prediction_and_known_outcome_are_cases()
    {
        using TemporaryFolder folder = new();
        using OperatingSystemRandomSource random = new();
        using SigningKey key = InProcessLedger.SigningKeyOf("clinic");
        using AtRestKey atRest = AtRestKey.Derive(key, "test", random);
        await using ClinicHistory history = new(folder.Combine("history.db"), atRest);
        string miner = RoleNetwork.AddressOf("miner");
        await AddAsync(history, 1, miner, rows: 1, prediction: 51, outcome: true);
        await AddAsync(history, 2, miner, rows: 1, prediction: 204, outcome: false);
        await AddAsync(history, 3, miner, rows: 1, prediction: 9, outcome: null);
        await AddAsync(history, 4, miner, rows: 16, prediction: null, outcome: true);
        await AddAsync(history, 5, RoleNetwork.AddressOf("second-miner"), rows: 1, prediction: 7, outcome: true);

        IReadOnlyList<OrganicPanel> panels = await OrganicPanels.ReadAsync(history, 1);

        Assert.That(panels.Select(panel => (panel.Address, panel.Cases.Count)), Is.EqualTo(new[] { (miner, 2), (RoleNetwork.AddressOf("second-miner"), 1) }));
        Assert.That(panels[0].Cases.Select(item => (item.Predictions.Single().Prediction.Span[0], item.Label)), Is.EqualTo(new (byte, byte)[] { (51, 1), (204, 0) }));
        Assert.That(await OrganicPanels.ReadAsync(history, 2), Is.Empty);
    }

    private static async Task AddAsync(ClinicHistory history, int number, string miner, int rows, byte? prediction, bool? outcome)
    {
        string name = number.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
        HistorySecret secret = new("heart", null, [], new byte[32], [], [], [], [], prediction is null ? null : new byte[32], prediction, null);
        await history.AddAsync(new HistoryEntry(name, DateTimeOffset.UnixEpoch.AddSeconds(number), 1, new string('a', 64), miner, rows, secret));
        if (outcome is { } known)
        {
            Assert.That(await history.SetOutcomeAsync(name, 1, known));
        }
    }
}
