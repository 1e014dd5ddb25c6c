using Subnet.Health.Models;
using Subnet.Health.Models.Onnx;
using Subnet.Health.Models.Rows;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Models.Onnx;

/// <summary>Damaged ONNX files: refused with the reader's own error, or evaluated with that of the rows.</summary>
[TestFixture]
internal sealed class OnnxFuzzTests
{
    [TestCase("onnx", "treecls-three-softmax-strings")]
    [TestCase("onnx", "onehot-strings-concat-logreg")]
    [TestCase("onnx", "mlp-relu-sigmoid")]
    [TestCase("onnx", "imputer-logreg")]
    [TestCase("mlnet", "heart-types-loader")]
    public void A_damaged_file_ends_in_an_answer_or_in_one_of_two_errors(string kind, string name)
    {
        byte[] sound = File.ReadAllBytes(SharedFolder.Require("vectors", kind, name, "model.onnx"));
        Random random = new(7);
        int accepted = 0;
        for (int i = 0; i < 400; i++)
        {
            try
            {
                OnnxModel model = OnnxModelReader.Read("model.onnx", new MemoryStream(Mutation.Apply(sound, random)));
                model.Predict(TwoRows(model.Schema));
                accepted++;
            }
            catch (Exception fault) when (fault is ModelFormatException or RowFormatException)
            {
                Assert.That(fault.Message, Does.EndWith("."));
            }
        }

        Assert.That(accepted, Is.InRange(1, 399));
    }

    [Test]
    public void A_truncated_file_is_refused()
    {
        byte[] sound = File.ReadAllBytes(SharedFolder.Require("vectors", "onnx", "treereg-leq-sum", "model.onnx"));
        for (int length = 0; length < sound.Length - 40; length += 7)
        {
            Assert.That(() => OnnxModelReader.Read("model.onnx", new MemoryStream(sound[..length])), Throws.TypeOf<ModelFormatException>());
        }
    }

    private static RowBatch TwoRows(ModelSchema schema) => new(2, schema.Inputs.Where(column => column.IsUsed).Select(column => (RowColumn)(column.Kind switch
    {
        ColumnKind.Single or ColumnKind.Boolean => new RowColumn<float>(column.Name, column.Kind, Slots(column, 1f)),
        ColumnKind.Double => new RowColumn<double>(column.Name, column.Kind, Slots(column, 1d)),
        ColumnKind.Integer => new RowColumn<long>(column.Name, column.Kind, Slots(column, 1L)),
        ColumnKind.Unsigned => new RowColumn<ulong>(column.Name, column.Kind, Slots(column, 1UL)),
        _ => new RowColumn<string>(column.Name, column.Kind, Slots(column, "a")),
    })));

    private static T[][] Slots<T>(ModelColumn column, T value) => [.. Enumerable.Range(0, column.Width).Select(_ => new[] { value, value })];
}
