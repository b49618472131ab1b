using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace TransferLens.Report.Pages;

/// <summary>Markup. Text can only get into it encoded, so that a name in the data stays a name.</summary>
internal sealed record Html(string Markup)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public static Html Empty { get; } = new("");

    /// <summary>The literal parts as they are, every value encoded unless it is markup itself.</summary>
    public static Html Of(FormattableString template) =>
        new(string.Format(null, template.Format, [.. template.GetArguments().Select(Encoded)]));

    /// <summary>One after the other.</summary>
    public static Html Join(IEnumerable<Html> parts) =>
        new(parts.Aggregate(new StringBuilder(), (all, part) => all.Append(part.Markup)).ToString());

    public override string ToString() => Markup;

    private static string Encoded(object? value) =>
        value switch
        {
            null => "",
            Html html => html.Markup,
            IEnumerable<Html> several => Join(several).Markup,
            _ => Encoder.Encode(value as string ?? string.Format(null, "{0}", value)),
        };
}
