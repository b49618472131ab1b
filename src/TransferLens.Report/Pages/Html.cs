using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace TransferLens.Report.Pages;

/// <summary>HTML markup. Text is always encoded, so names in the data cannot become markup.</summary>
internal sealed record Html(string Markup)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public static Html Empty { get; } = new("");

    /// <summary>Fills a template. Every value is encoded unless it is markup itself.</summary>
    public static Html Format(FormattableString template) =>
        new(string.Format(null, template.Format, [.. template.GetArguments().Select(Encode)]));

    /// <summary>Concatenates markup.</summary>
    public static Html Join(IEnumerable<Html> parts) =>
        new(parts.Aggregate(new StringBuilder(), (all, part) => all.Append(part.Markup)).ToString());

    public override string ToString() => Markup;

    private static string Encode(object? value) =>
        value switch
        {
            null => "",
            Html html => html.Markup,
            IEnumerable<Html> parts => Join(parts).Markup,
            _ => Encoder.Encode(value as string ?? string.Format(null, "{0}", value)),
        };
}
