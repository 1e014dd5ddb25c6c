namespace Subnet.Health.Models.Onnx.Cutting;

/// <summary>
/// Finds the matrix of an affine piece of a graph by running it: on nothing, then on each single number. Steps of 2^24 keep what
/// single precision rounds far below the weights, also under a large constant.
/// </summary>
internal sealed class AffineProbe
{
    private const float Step = 1 << 24;

    private readonly OnnxPiece piece;
    private readonly CutTable[] tables;
    private readonly string[] wanted;

    /// <summary>Prepares to probe.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="tables">What it reads.</param>
    /// <param name="wanted">What is asked of it.</param>
    public AffineProbe(OnnxPiece piece, IEnumerable<CutTable> tables, IEnumerable<string> wanted)
    {
        this.piece = piece;
        this.tables = [.. tables];
        this.wanted = [.. wanted];
        Run(-1);
    }

    /// <summary>The shape of each value asked for, for one row.</summary>
    public int[][] Shapes { get; private set; } = [];

    /// <summary>The constant and, row-major, values x numbers, the matrix.</summary>
    public (double[] Constant, double[] Matrix) Find()
    {
        int numbers = tables.Sum(table => table.Width);
        double[] constant = Run(-1);
        double[] matrix = new double[checked(constant.Length * numbers)];
        for (int column = 0; column < numbers; column++)
        {
            double[] moved = Run(column);
            for (int k = 0; k < constant.Length; k++)
            {
                matrix[(k * numbers) + column] = (moved[k] - constant[k]) / Step;
            }
        }

        return Array.TrueForAll(matrix, double.IsFinite) && Array.TrueForAll(constant, double.IsFinite)
            ? (constant, matrix)
            : throw new CutException("its weights are not finite once they are put together");
    }

    private double[] Run(int column)
    {
        var values = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        int first = 0;
        foreach (CutTable table in tables)
        {
            float[] data = new float[table.Width];
            if (column >= first && column < first + table.Width)
            {
                data[column - first] = Step;
            }

            values[table.Name] = table.ToTensor(data);
            first += table.Width;
        }

        Tensor[] results = piece.Run(values, () => "one row", wanted);
        Shapes = [.. results.Select(result => result.Shape)];
        return [.. results.SelectMany(result => result is Tensor<double> wide ? wide.Data : Array.ConvertAll(result.ToSingles(), value => (double)value))];
    }
}
