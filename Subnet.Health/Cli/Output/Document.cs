using System.Text.Json.Serialization;

namespace Subnet.Health.Cli.Output;

/// <summary>
/// A document that a command prints with <c>--json</c>. Properties become snake_case; put the unit at the end of the name.
/// A null property is left out. The schema in <c>docs/json/</c> is made from the type.
/// </summary>
/// <param name="Format"><c>subnet/COMMAND/N</c>; N goes up when a reader of the old one would break.</param>
internal abstract record Document([property: JsonPropertyOrder(-100)] string Format);
