namespace Subnet.Health.Models.MlNet;

/// <summary>Reads the columns that a text loader saved with a model would produce; nothing is loaded with it.</summary>
internal static class LoaderColumns
{
    private const uint EscapeAndDecimal = 0x0001000D;
    private const byte FirstKind = 1;
    private const byte LastKind = 16;

    /// <summary>TextLoader.</summary>
    public static IReadOnlyList<ModelColumn> Read(ModelComponent component)
    {
        component.FloatSize();
        component.Int64();
        component.UInt32();
        component.Int32();
        component.Bytes(sizeof(char) * component.Count(sizeof(char), "separators"));
        if (component.Version >= EscapeAndDecimal)
        {
            SkipCharacter(component);
            SkipCharacter(component);
        }

        int count = component.Count(10, "columns");
        var columns = new List<ModelColumn>();
        for (int i = 0; i < count; i++)
        {
            string name = component.ColumnName();
            byte kind = component.Byte();
            component.Require(kind is >= FirstKind and <= LastKind, $"the column {name} is of type {kind}");
            bool key = component.Bool8();
            if (key)
            {
                component.UInt64();
            }

            int segments = component.Count(9, "segments");
            long width = 0;
            bool vector = segments > 1;
            for (int s = 0; s < segments; s++)
            {
                int first = component.Int32();
                int limit = component.Int32();
                vector |= component.Bool8();
                component.Require(first >= 0 && limit > first, $"a segment of the column {name} is empty or open");
                width += limit - first;
            }

            component.Require(width is > 0 and <= (1 << 20), $"the column {name} has {width} slots");
            ColumnKind? known = key ? null : Kind(kind);
            if (known is ColumnKind usable)
            {
                columns.Add(new ModelColumn(name, usable, (int)width, vector || width > 1));
            }
        }

        component.Finish();
        return columns;
    }

    private static ColumnKind? Kind(byte kind) => kind switch
    {
        1 or 3 or 5 or 7 => ColumnKind.Integer,
        2 or 4 or 6 or 8 => ColumnKind.Unsigned,
        9 => ColumnKind.Single,
        10 => ColumnKind.Double,
        11 => ColumnKind.Text,
        12 => ColumnKind.Boolean,
        _ => null,
    };

    // UTF-8: one byte when ASCII.
    private static void SkipCharacter(ModelComponent component)
    {
        byte lead = component.Byte();
        component.Bytes(lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3);
    }
}
