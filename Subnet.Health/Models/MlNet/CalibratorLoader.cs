using Subnet.Health.Models.Heads;

namespace Subnet.Health.Models.MlNet;

/// <summary>Reads calibrators.</summary>
internal static class CalibratorLoader
{
    private const int PieceBytes = 12;

    /// <summary>PlattCaliExec, NaiveCaliExec, PAVCaliExec.</summary>
    public static Calibration Load(ModelComponent component)
    {
        Calibration calibration = component.Signature switch
        {
            "PlattCaliExec" => new PlattCalibration(component.FiniteDouble("slope"), component.FiniteDouble("offset")),
            "NaiveCaliExec" => Binned(component),
            "PAVCaliExec" => Isotonic(component),
            _ => throw component.Damaged("this component is not a calibrator"),
        };
        component.Finish();
        return calibration;
    }

    private static BinnedCalibration Binned(ModelComponent component)
    {
        component.FloatSize();
        float size = component.FiniteSingle("bin size");
        component.Require(size > 0, "the bin size is not positive");
        float minimum = component.FiniteSingle("lowest score");
        float[] probabilities = component.CountedSingles("bins");
        component.Require(probabilities.Length > 0, "there is no bin");
        component.Require(probabilities.All(p => p is >= 0 and <= 1), "a probability lies outside 0 to 1");
        return new BinnedCalibration(size, minimum, [.. probabilities]);
    }

    private static IsotonicCalibration Isotonic(ModelComponent component)
    {
        component.FloatSize();
        int count = component.Count(PieceBytes, "pieces");
        component.Require(count > 0, "there is no piece");
        var pieces = new IsotonicPiece[count];
        for (int i = 0; i < count; i++)
        {
            var piece = new IsotonicPiece(component.FiniteSingle("start of a piece"), component.FiniteSingle("end of a piece"), component.Single());
            component.Require(piece.Minimum <= piece.Maximum && piece.Value is >= 0 and <= 1, $"piece {i} is reversed or its value lies outside 0 to 1");
            component.Require(
                i == 0 || (piece.Minimum > pieces[i - 1].Maximum && piece.Value >= pieces[i - 1].Value), $"piece {i} does not follow the one before it");
            pieces[i] = piece;
        }

        return new IsotonicCalibration([.. pieces]);
    }
}
