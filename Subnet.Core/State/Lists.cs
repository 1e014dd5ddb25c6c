namespace Subnet.Core.State;

/// <summary>Lists of records: a 16 bit count and the records.</summary>
internal static class Lists
{
    public static void Write<T>(CanonicalWriter writer, IReadOnlyList<T> items)
        where T : IStateRecord<T>
    {
        writer.U16(checked((ushort)items.Count));
        for (int i = 0; i < items.Count; i++)
        {
            items[i].Write(writer);
        }
    }

    public static IReadOnlyList<T> Read<T>(ref CanonicalReader reader, int maximum)
        where T : IStateRecord<T>
    {
        T[] items = new T[reader.Count16(maximum, 1)];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = T.Read(ref reader);
        }

        return items;
    }
}
