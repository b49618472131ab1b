using System.Collections.Immutable;
using TransferLens.Report.Content;
using TransferLens.Studies.Metrics;

namespace TransferLens.Report.Pages;

/// <summary>The models to export, with their scores and commands.</summary>
internal static class ModelsPart
{
    /// <summary>Its id on the page.</summary>
    public const string Id = "models";

    /// <summary>Its heading.</summary>
    public const string Title = "Export a model";

    private const string OptionStart = " --";

    public static Html Render(ImmutableArray<ModelLine> models) =>
        models.IsEmpty
            ? Html.Empty
            : FoldedPart.Render(
                Id,
                Title,
                Html.Format(
                    $"""
                    <p class="lead">Each command writes an ONNX file with the weights, the preprocessing and the class
                    names. Run it in the folder of this report. Any run is exported by its name, for
                    example <code>--model "{models[0].Name}"</code>.</p>
                    {Table(models)}
                    """
                )
            );

    private static Html Table(ImmutableArray<ModelLine> models)
    {
        var isOneTarget = models.Select(model => model.Target).Distinct().Count() == 1;
        var target = isOneTarget ? Html.Empty : TableCells.Heading("Target");
        var head = Html.Join([
            target,
            TableCells.Heading("Model"),
            TableCells.NumberHeading($"Test {Metric.Names(models.Select(model => model.Metric))}"),
            TableCells.Heading("Command"),
        ]);
        return TablePart.Render(
            $"{Id}-table",
            Html.Format($"Models to export, with 95 % intervals over test images."),
            head,
            models.Select(model => Row(model, isOneTarget)),
            open: true
        );
    }

    private static Html Row(ModelLine model, bool isOneTarget)
    {
        var (metric, score) = (model.Metric, model.Score);
        var interval = $"({metric.Plain(score.Low)} to {metric.Plain(score.High)})";
        return TableCells.Row(
            isOneTarget ? Html.Empty : TableCells.Text(model.Target),
            Html.Format(
                $"<th scope=\"row\">{model.Word}: {model.Name}<span class=\"reason\">{model.Reason}</span></th>"
            ),
            TableCells.Number(Html.Format($"{metric.Number(score.Value)}<br />{interval}")),
            Html.Format($"<td><code class=\"long\">{Command(model.Command)}</code></td>")
        );
    }

    // A line breaks before an option and not within.
    private static Html Command(string line)
    {
        var parts = line.Split(OptionStart);
        return Html.Join([
            Html.Format($"<span class=\"unbroken\">{parts[0]}</span>"),
            .. parts[1..].Select(part => Html.Format($" <span class=\"unbroken\">{OptionStart.Trim()}{part}</span>")),
        ]);
    }
}
