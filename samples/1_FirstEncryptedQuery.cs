#:project ../Subnet.Health

// A patient's risk from a model that never sees the patient.
//
//   dotnet run -c Release samples/1_FirstEncryptedQuery.cs -- NODE_URL ISSUER_URL KEYSTORE PASSWORD_FILE NETUID MODEL PATIENTS.csv
//
// NODE_URL is a ledger node and ISSUER_URL the subnet's token issuer (`subnet localnet up` prints both), KEYSTORE the coldkey of a wallet with money on that ledger,
// which no other gateway uses: what is paid for is counted by account.
using System.Globalization;
using System.Text;
using Subnet.Health.Clinic;

if (args is not [string node, string issuer, string keystore, string passwordFile, string netuidText, string model, string table])
{
    Console.Error.WriteLine("usage: NODE_URL ISSUER_URL KEYSTORE PASSWORD_FILE NETUID MODEL PATIENTS.csv");
    return 2;
}

ushort netuid = ushort.Parse(netuidText, CultureInfo.InvariantCulture);
byte[] password = Encoding.UTF8.GetBytes(File.ReadLines(passwordFile).First());
string folder = Path.Combine(Path.GetTempPath(), "subnet-sample-clinic");
await using ClinicClient clinic = await ClinicClient.ConnectAsync(new ClinicOptions(new Uri(node), folder, keystore, password) { Issuer = new Uri(issuer), TokenDelay = TimeSpan.Zero });

// Which miners serve the model, best first. The cards were checked against the hashes on the ledger.
ClinicModel best = (await clinic.ModelsAsync(netuid)).First(item => item.Id == model);
Console.WriteLine($"{best.Title}: {best.IntendedUse}; {best.Miner} serves it at {best.Endpoint}");

// What would leave the clinic, before it does.
ClinicQuery Ask() => new(netuid, model, ClinicInput.FromCsv(new StreamReader(table)));
LeakSheet sheet = await clinic.PlanAsync(Ask());
Console.WriteLine($"{sheet.Queries} queries of {sheet.QueryBytes} bytes; the miner learns {string.Join("; ", sheet.Learns)}");

// One token pays for one query of its size class. The issuer signs blinded: it does not learn where the tokens are used.
foreach (IGrouping<int, int> size in sheet.RowClasses.GroupBy(rows => rows))
{
    await clinic.BuyTokensAsync(netuid, best.Miner, size.Key, size.Count());
}

ClinicAnswer answer = await clinic.QueryAsync(Ask());
foreach (ClinicScore score in answer.Scores)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"patient {score.Row}: {score.Probability:P1} {score.Label}"));
}

ClinicEvidence evidence = answer.Queries[0];
Console.WriteLine($"receipt of {evidence.Miner} at {evidence.ReceiptTime:O}, entry {evidence.LogIndex} of {clinic.LogOrigin}");
return 0;
