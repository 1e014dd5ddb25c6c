using Subnet.Crypto.Bfv;
using Subnet.Crypto.Planning;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal.Packed;
using Subnet.Tests.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Planning;

internal sealed class ParameterPlannerTests
{
    private readonly ParameterPlanner _planner = new();

    [Test]
    public void Linear_circuit_needs_no_special_prime_and_little_room()
    {
        ParameterPlan plan = _planner.Plan(new CircuitRequest
        {
            Outputs = [CircuitNode.Input().MultiplyPlain(1 << 20, Math.ScaleB(1, 30))], PlainBits = 24, Batching = false, Slots = 1000,
        });
        Assert.That(plan.Parameters.PolyModulusDegree, Is.EqualTo(4096));
        Assert.That(plan.Parameters.HasSpecialPrime, Is.False);
        Assert.That(plan.FloodMargin, Is.GreaterThanOrEqualTo(40));
        Assert.That(plan.FailureLog2, Is.EqualTo(double.NegativeInfinity));
        Assert.That((plan.RelinearizationKeyBytes, plan.GaloisKeyBytes), Is.EqualTo((0L, 0L)));
        Assert.That(plan.PublicKeyBytes, Is.EqualTo(PackedSize.PublicKey(plan.Parameters, seeded: true)));
    }

    [Test]
    public void Without_circuit_privacy_a_smaller_ring_does()
    {
        CircuitRequest request = new()
        {
            Outputs = [CircuitNode.Input().MultiplyPlain(1 << 15, Math.ScaleB(1, 25))], PlainBits = 16, Batching = false, CircuitPrivacy = false,
        };
        ParameterPlan plan = _planner.Plan(request);
        Assert.That(plan.Parameters.PolyModulusDegree, Is.EqualTo(2048));
        Assert.That((plan.FloodBits, plan.PublicKeyBytes), Is.EqualTo((0, 0L)));
        Assert.That(() => _planner.Plan(request with { CircuitPrivacy = true, LargestDegree = 2048 }), Throws.InvalidOperationException.With.Message.Contains("lack"));
    }

    [TestCase(2, 8192)]
    [TestCase(3, 8192)]
    [TestCase(4, 8192)]
    [TestCase(5, 16384)]
    public void Deeper_trees_need_more(int depth, int degree)
    {
        ParameterPlan plan = _planner.Plan(new CircuitRequest { Outputs = [Forest(depth)], PlainBits = 17, Slots = 1024 });
        Assert.That(plan.FailureLog2, Is.LessThanOrEqualTo(-128));
        Assert.That(plan.FloodMargin, Is.GreaterThanOrEqualTo(40));
        Assert.That(plan.Parameters.SupportsBatching);
        Assert.That(plan.Parameters.Security, Is.EqualTo(SecurityLevel.Classical128));
        Assert.That(plan.Parameters.PolyModulusDegree, Is.EqualTo(degree));
        ParameterPlan less = _planner.Plan(new CircuitRequest { Outputs = [Forest(depth - 1)], PlainBits = 17, Slots = 1024 });
        Assert.That(plan.Parameters.KeyLevel.TotalBits, Is.GreaterThanOrEqualTo(less.Parameters.KeyLevel.TotalBits));
        Assert.That(plan.Time, Is.GreaterThan(less.Time));
        Assert.That(plan.RelinearizationKeyBytes, Is.EqualTo(PackedSize.SwitchingKeys(plan.Parameters, 1, seeded: true)));
    }

    [Test]
    public void Depth_four_fits_the_forest_set_and_depth_five_does_not()
    {
        Parameters forest = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Bfv, PolyModulusDegree = 8192, CoeffModulus = CoeffModulus.Default(8192), PlainModulus = 65537,
        });
        ParameterPlan four = _planner.Describe(new CircuitRequest { Outputs = [Forest(4)], PlainBits = 17 }, forest);
        ParameterPlan five = _planner.Describe(new CircuitRequest { Outputs = [Forest(5)], PlainBits = 17 }, forest);
        Assert.That(four.FloodMargin, Is.GreaterThanOrEqualTo(40));
        Assert.That(four.FloodBits, Is.EqualTo(154));
        Assert.That(five.FloodMargin, Is.LessThan(40));
    }

    [Test]
    public void Predicted_time_is_the_work_at_the_given_unit_costs()
    {
        Parameters parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Bfv, PolyModulusDegree = 8192, CoeffModulus = CoeffModulus.Default(8192), PlainModulus = 65537,
        });
        CircuitRequest request = new() { Outputs = [CircuitNode.Input().Square()], PlainBits = 17, CircuitPrivacy = false };
        ParameterPlan butterflies = new ParameterPlanner(new UnitCosts(1, 0)).Describe(request, parameters);
        ParameterPlan products = new ParameterPlanner(new UnitCosts(0, 1)).Describe(request, parameters);
        ParameterPlan both = new ParameterPlanner(new UnitCosts(3, 5)).Describe(request, parameters);
        Assert.That(both.Work.Transforms, Is.GreaterThan(0));
        Assert.That(both.Work.LimbProducts, Is.GreaterThan(0));
        Assert.That(butterflies.Time.TotalNanoseconds, Is.EqualTo(both.Work.Transforms * 8192 * 13 / 2).Within(100));
        Assert.That(products.Time.TotalNanoseconds, Is.EqualTo(both.Work.LimbProducts * 8192).Within(100));
        Assert.That(both.Time.TotalNanoseconds, Is.EqualTo((3 * butterflies.Time.TotalNanoseconds) + (5 * products.Time.TotalNanoseconds)).Within(1000));
    }

    [Test]
    public void Matrix_product_counts_its_keys_and_shares_its_rotations()
    {
        CircuitNode x = CircuitNode.Input();
        CircuitNode one = x.MultiplyMatrix(256, 16);
        CircuitNode two = x.MultiplyMatrix(256, 16, matrices: 2);
        Parameters parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Bfv, PolyModulusDegree = 8192, CoeffModulus = CoeffModulus.Default(8192), PlainModulus = 65537,
        });
        ParameterPlan single = _planner.Describe(new CircuitRequest { Outputs = [one], PlainBits = 17 }, parameters);
        ParameterPlan both = _planner.Describe(new CircuitRequest { Outputs = [two], PlainBits = 17 }, parameters);
        Assert.That(single.GaloisKeyCount, Is.EqualTo(new MatrixVectorPlan(parameters, Enumerable.Range(0, 256), 16).RotationSteps.Count));
        Assert.That(single.GaloisKeyBytes, Is.EqualTo(PackedSize.SwitchingKeys(parameters, 30, seeded: true)));
        Assert.That(both.Work.Transforms, Is.GreaterThan(single.Work.Transforms).And.LessThan(2 * single.Work.Transforms));
        Assert.That(both.Time, Is.GreaterThan(single.Time));
    }

    [Test]
    public void Planned_circuit_runs_within_its_prediction()
    {
        CircuitNode x = CircuitNode.Input(isSymmetric: false);
        CircuitNode y = CircuitNode.Input(isSymmetric: false);
        ParameterPlan plan = _planner.Plan(new CircuitRequest { Outputs = [x.Multiply(y).Rotate().Square()], PlainBits = 17, CircuitPrivacy = false, Slots = 64 });
        using Party party = new(plan.Parameters);
        BfvEvaluator evaluator = new(plan.Parameters);
        BatchEncoder encoder = new(plan.Parameters);
        using Plaintext plaintext = new();
        encoder.Encode([.. Enumerable.Range(0, encoder.SlotCount).Select(i => (ulong)i)], plaintext);
        Ciphertext a = new(plan.Parameters);
        Ciphertext b = new(plan.Parameters);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, a);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, b);
        RelinearizationKeys keys = party.Generator.CreateRelinearizationKeys(party.SecretKey);
        evaluator.Multiply(a, b, a);
        evaluator.Relinearize(a, keys, a);
        evaluator.RotateRows(a, 1, party.Generator.CreateRotationKeys(party.SecretKey, [1]), a);
        evaluator.Square(a, a);
        evaluator.Relinearize(a, keys, a);
        double noise = (double)party.Decryptor.ScaledNoise(a) / plan.Parameters.PlainModulus;
        Assert.That(noise, Is.LessThan(plan.Noise.PrivacyBound).And.LessThan(plan.Noise.WorstCase));
        evaluator.ModSwitchTo(a, plan.ReplyLevel, a);
        Assert.That(PackedWriter.Write(a), Has.Length.EqualTo(plan.ReplyBytes));
        party.Decryptor.Decrypt(a, plaintext);
        ulong[] slots = new ulong[encoder.SlotCount];
        encoder.Decode(plaintext, slots);
        ulong t = plan.Parameters.PlainModulus;
        Assert.That(slots[..8], Is.EqualTo(Enumerable.Range(1, 8).Select(i => (ulong)i * (ulong)i * (ulong)i * (ulong)i % t)));
        Assert.That(plan.GaloisKeyCount, Is.EqualTo(1));
        Assert.That(plan.Time, Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public void Reference_costs_are_those_of_the_benchmark_page() =>
        Assert.That(UnitCosts.Reference.Time(new CircuitWork(1, 0), 8192).TotalMicroseconds, Is.EqualTo(9.3).Within(0.1));

    [Test]
    public void Requests_out_of_range_are_refused()
    {
        CircuitRequest request = new() { Outputs = [CircuitNode.Input()], PlainBits = 17 };
        Assert.That(() => _planner.Plan(request with { Outputs = [] }), Throws.ArgumentException);
        Assert.That(() => _planner.Plan(request with { PlainBits = 61 }), Throws.ArgumentException);
        Assert.That(() => _planner.Plan(request with { Slots = 65536 }), Throws.InvalidOperationException.With.Message.Contains("slots"));
        Parameters keyless = NoiseBoundsTests.Create(1024, 12289, false, 50, 50);
        Assert.That(() => _planner.Describe(request with { Outputs = [CircuitNode.Input().Rotate()] }, keyless), Throws.ArgumentException.With.Message.Contains("no key switching"));
    }

    private static CircuitNode Forest(int depth)
    {
        CircuitNode bit = CircuitNode.Input(480);
        CircuitNode node = bit.MultiplyScalar(32768);
        for (int d = 2; d <= depth; d++)
        {
            CircuitNode product = bit.Multiply(node.SumOf(2), relinearize: d < depth);
            node = d == depth ? product : product.Add(node);
        }

        return node.SumOf(100).Relinearize();
    }
}
