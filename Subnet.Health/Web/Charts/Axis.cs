namespace Subnet.Health.Web.Charts;

/// <summary>A scale from values to places, with round marks.</summary>
internal sealed class Axis
{
    private readonly double low, high, from, to;

    /// <param name="low">Smallest value.</param>
    /// <param name="high">Largest value.</param>
    /// <param name="from">Place of the smallest.</param>
    /// <param name="to">Place of the largest.</param>
    public Axis(double low, double high, double from, double to)
    {
        (this.low, this.high) = (low, high > low ? high : low + 1);
        (this.from, this.to) = (from, to);
    }

    /// <summary>Place of a value.</summary>
    public double At(double value) => from + ((value - low) / (high - low) * (to - from));

    /// <summary>Three to six round values.</summary>
    public IEnumerable<double> Marks()
    {
        double raw = (high - low) / 4;
        double power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double step = new[] { 1, 2, 2.5, 5, 10 }.Select(m => m * power).First(s => s >= raw * 0.999);
        for (double mark = Math.Ceiling(low / step) * step; mark <= high + (step * 1e-6); mark += step)
        {
            yield return Math.Abs(mark) < step * 1e-9 ? 0 : mark;
        }
    }
}
