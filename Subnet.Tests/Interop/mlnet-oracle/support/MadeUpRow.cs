using Microsoft.ML.Data;

namespace MlNetOracle;

/// <summary>A row with a column of every type that a saved model can ask for. Fields, since ML.NET reads them in this order.</summary>
internal sealed class MadeUpRow
{
    // Single numbers: with missing values, with a long tail, a small integer, a bit, near a constant, a constant, negative.
    public float A, B, C, D, E, Cons, Neg;

    // Text: seven codes, twelve codes, and text that may be a number.
    public string T = "", U = "", TN = "";

    [VectorType(8)] public float[] V = [];
    [VectorType(6)] public float[] VN = [];
    [VectorType(3)] public double[] VD = [];
    [VectorType(3)] public string[] VT = [];
    [VectorType(3)] public bool[] VB = [];
    [VectorType(3)] public int[] VI = [];

    public bool O;
    public int I32;
    public long I64;
    public byte U8;
    public ulong U64;
    public sbyte I8;
    public short I16;
    public ushort U16;
    public uint U32;
    public double DB;

    // What is to be predicted: a yes or no, a number, a count, and classes as a number, text and an integer; groups and relevance for ranking.
    public bool Label;
    public float Y, Count, MF;
    public string M = "";
    public int MI;
    public uint G;
    public float Rel;

    /// <summary>A copy that shares no array.</summary>
    public MadeUpRow Clone()
    {
        var copy = (MadeUpRow)MemberwiseClone();
        (copy.V, copy.VN, copy.VD) = ([.. V], [.. VN], [.. VD]);
        (copy.VT, copy.VB, copy.VI) = ([.. VT], [.. VB], [.. VI]);
        return copy;
    }
}
