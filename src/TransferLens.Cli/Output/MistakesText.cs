using TransferLens.Analyses.Common;
using TransferLens.Analyses.Mistakes;
using TransferLens.Vision.Images;

namespace TransferLens.Cli.Output;

/// <summary>What <c>transferlens mistakes</c> prints for people.</summary>
/// <param name="result">The comparison.</param>
/// <param name="images">The images that it was made on.</param>
internal sealed class MistakesText(MistakesResult result, ImageSet images)
{
    private bool IsMultiLabel => result.Decisions is not null;

    /// <summary>Prints counts and tests, then the images that only one of the two predicts incorrectly.</summary>
    /// <param name="listed">The most images in a list.</param>
    public void Print(int listed)
    {
        PrintCounts();
        if (result.McNemar is { } test)
        {
            Console.WriteLine(Test("McNemar's exact test", test));
        }

        PrintErrorConsistency();
        PrintEnsemble();
        if (IsMultiLabel)
        {
            PrintLabels();
        }

        Console.WriteLine("Numbers in parentheses are 95 % bootstrap intervals over images.");
        PrintImages("Only the first incorrect, most confident first:", result.OnlyFirstImages, listed);
        PrintImages("Only the second incorrect, most confident first:", result.OnlySecondImages, listed);
    }

    private void PrintCounts()
    {
        if (result.Decisions is { } decisions)
        {
            Console.WriteLine(
                $"{decisions} decisions: {result.Examples} images with {result.Classes.Length} labels each, "
                    + "positive above probability 1/2."
            );
        }

        PrintCount("both incorrect", result.Common);
        if (!IsMultiLabel)
        {
            PrintCount("  same prediction", result.SameWrongLabel, "of those ");
        }

        PrintCount("only the first incorrect", result.OnlyFirst);
        PrintCount("only the second incorrect", result.OnlySecond);
        PrintCount("both correct", result.BothCorrect);
    }

    private static void PrintCount(string what, MistakeCount count, string of = "")
    {
        var share = count.Share is { } known ? $"  {known:P2} {of}({count.Low:P2} to {count.High:P2})" : "";
        Console.WriteLine($"{what,-26}{count.Count,7}{share}");
    }

    private void PrintErrorConsistency()
    {
        var unit = IsMultiLabel ? "decisions" : "images";
        var words = result.ErrorConsistency is { } value
            ? $"{value.Value:0.000} ({value.Low:0.000} to {value.High:0.000}); 0: as by chance, 1: the same {unit}"
            : "undefined: both are always correct or always incorrect";
        Console.WriteLine($"{"error consistency",-30}{words}");
    }

    private void PrintEnsemble()
    {
        var (metric, score, gain) = (ScoreText.MetricOf(images), result.Ensemble.Score, result.Ensemble.Gain);
        var performance = $"{ScoreText.Of(metric, score.Value)} {ScoreText.Correct(metric)}";
        var difference = $"{ScoreText.Gain(metric, gain)} against the better one";
        Console.WriteLine($"{"ensemble of the two",-30}{performance}, {difference}");
    }

    private void PrintLabels()
    {
        foreach (var label in result.Classes)
        {
            var name = MistakesDocument.ClassName(images, label.Label);
            var counts = $"only first {label.OnlyFirst}, only second {label.OnlySecond}, both incorrect {label.Common}";
            Console.WriteLine(Test($"  {name}: {counts}, McNemar ", label.McNemar!));
        }
    }

    private void PrintImages(string heading, IReadOnlyList<Mistake> mistakes, int listed)
    {
        if (mistakes.Count == 0 || listed == 0)
        {
            return;
        }

        Console.WriteLine();
        Console.WriteLine(heading);
        foreach (var mistake in mistakes.Take(listed))
        {
            var (actual, predicted) = mistake.Words(images.Labels.IsMultiLabel, label =>
                MistakesDocument.ClassName(images, label)
            );
            var confidence = mistake.Confidence is { } share ? $" ({share:P1})" : "";
            Console.WriteLine($"  {images.Names[mistake.Image]}: {actual}, predicted {predicted}{confidence}");
        }
    }

    private static string Test(string what, McNemar test) =>
        test.P > 0 ? $"{what,-30}p = {test.P:G3}" : $"{what,-30}p = 10^{test.Log10P:0.0}";
}
