using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Components;

namespace Subnet.Health.Web.Charts;

/// <summary>
/// Writes SVG into a page. Every value is escaped, and nothing inline is styled: the content security policy forbids it, so colours are classes of the style
/// sheet and follow light and dark.
/// </summary>
internal sealed class SvgBuilder
{
    private readonly StringBuilder text = new();
    private readonly Stack<string> open = new();

    /// <param name="width">Width of the drawing's own units.</param>
    /// <param name="height">Its height.</param>
    /// <param name="label">What a screen reader says of the whole; it says nothing of the parts.</param>
    /// <param name="style">Class.</param>
    /// <param name="interactive">Whether parts of it are links: then it is a group and not one picture.</param>
    public SvgBuilder(double width, double height, string label, string style, bool interactive = false) => Open(
        "svg",
        ("viewBox", $"0 0 {N(width)} {N(height)}"),
        ("width", N(width)),
        ("role", interactive ? "group" : "img"),
        ("aria-label", label),
        ("class", style));

    /// <summary>Begins an element.</summary>
    public SvgBuilder Open(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Begin(name, attributes);
        text.Append('>');
        open.Push(name);
        return this;
    }

    /// <summary>Ends the element begun last.</summary>
    public SvgBuilder Close()
    {
        text.Append("</").Append(open.Pop()).Append('>');
        return this;
    }

    /// <summary>An element without content.</summary>
    public SvgBuilder Element(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Begin(name, attributes);
        text.Append("/>");
        return this;
    }

    /// <summary>A rectangle.</summary>
    public SvgBuilder Rect(double x, double y, double width, double height, string style) =>
        Element("rect", ("x", N(x)), ("y", N(y)), ("width", N(width)), ("height", N(height)), ("class", style));

    /// <summary>A line.</summary>
    public SvgBuilder Line(double x1, double y1, double x2, double y2, string style) =>
        Element("line", ("x1", N(x1)), ("y1", N(y1)), ("x2", N(x2)), ("y2", N(y2)), ("class", style));

    /// <summary>Words at a place.</summary>
    public SvgBuilder Text(double x, double y, string words, string style)
    {
        Open("text", ("x", N(x)), ("y", N(y)), ("class", style));
        text.Append(HtmlEncoder.Default.Encode(words));
        return Close();
    }

    /// <summary>What a pointer that rests on the element is told.</summary>
    public SvgBuilder Title(string words)
    {
        Open("title");
        text.Append(HtmlEncoder.Default.Encode(words));
        return Close();
    }

    /// <summary>Ends all that is open; the builder is done.</summary>
    public MarkupString Build()
    {
        while (open.Count > 0)
        {
            Close();
        }

        return new MarkupString(text.ToString());
    }

    /// <summary>A number as SVG writes it, with at most two decimals.</summary>
    public static string N(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    private void Begin(string name, ReadOnlySpan<(string Name, string Value)> attributes)
    {
        text.Append('<').Append(name);
        foreach ((string attribute, string value) in attributes)
        {
            text.Append(' ').Append(attribute).Append("=\"").Append(HtmlEncoder.Default.Encode(value)).Append('"');
        }
    }
}
