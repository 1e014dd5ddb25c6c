using System.Text.Json;
using Subnet.Core.Consensus;

namespace Subnet.Health.Conformance.Yuma;

/// <summary>Cases of the kinds <c>epoch</c> and <c>epoch_chain</c>.</summary>
internal static class EpochCase
{
    /// <summary>One epoch.</summary>
    public static Difference? Run(JsonElement element)
    {
        VectorObject one = new("the case", element);
        one.Text("name");
        EpochInput input = EpochCaseReader.Read(one.Object("input"));
        JsonElement expected = one.Take("expect");
        one.RequireAllTakenButRemarks();
        return EpochExpectation.Check("expect", expected, YumaEpoch.Run(input));
    }

    /// <summary>Successive epochs, each starting from the bonds and permits of the one before.</summary>
    public static Difference? RunChain(JsonElement element)
    {
        VectorObject one = new("the case", element);
        one.Text("name");
        CheckClaims(one);
        EpochInput state = EpochCaseReader.Read(one.Object("initial"));
        JsonElement[] steps = one.Array("steps", (_, e) => e);
        one.RequireAllTakenButRemarks();
        if (steps.Length == 0)
        {
            throw new VectorFormatException("the chain has no step");
        }

        for (int i = 0; i < steps.Length; i++)
        {
            VectorObject step = new($"step {i}", steps[i]);
            state = Enter(state, step);
            EpochResult result = YumaEpoch.Run(state);
            Difference? difference = EpochExpectation.Check("expect", step.Take("expect"), result);
            if (step.TakeOptional("pallet") is { } pallet)
            {
                difference ??= EpochExpectation.Check("pallet", pallet, result);
            }

            step.RequireAllTakenButRemarks();
            if (difference is { } found)
            {
                return found with { Expected = $"step {i}: {found.Expected}" };
            }

            state = Carry(state, result);
        }

        return null;
    }

    /// <summary>The state with what a step changes before its epoch runs.</summary>
    public static EpochInput Enter(EpochInput state, VectorObject step)
    {
        state = EpochCaseReader.Apply(state, step.Object("set"));
        return step.TakeOptional("reset_bonds_of") is { } reset
            ? state with { Bonds = state.Bonds.WithoutColumn(VectorObject.UInt16("reset_bonds_of", reset)) }
            : state;
    }

    /// <summary>The state with what an epoch leaves for the next.</summary>
    public static EpochInput Carry(EpochInput state, EpochResult result) =>
        state with { Bonds = result.Bonds, ValidatorPermit = result.ValidatorPermit };

    /// <summary>
    /// A claim says in words, and as an expression over the expected results, what a scenario shows. Those results are compared whole,
    /// so the expression adds nothing; its form is checked.
    /// </summary>
    private static void CheckClaims(VectorObject one)
    {
        if (one.TakeOptional("claims") is { } claims)
        {
            foreach (JsonElement element in VectorObject.Elements("claims", claims))
            {
                VectorObject claim = new("a claim", element);
                claim.Text("text");
                claim.Text("check");
                claim.RequireAllTaken();
            }
        }
    }
}
