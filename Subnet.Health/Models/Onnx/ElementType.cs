namespace Subnet.Health.Models.Onnx;

/// <summary>The element types of ONNX tensors; the numbers are those of <c>TensorProto.DataType</c>.</summary>
internal enum ElementType
{
    Single = 1,
    UInt8 = 2,
    Int8 = 3,
    UInt16 = 4,
    Int16 = 5,
    Int32 = 6,
    Int64 = 7,
    Text = 8,
    Boolean = 9,
    Double = 11,
    UInt32 = 12,
    UInt64 = 13,
}
