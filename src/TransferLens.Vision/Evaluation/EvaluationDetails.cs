using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Metrics;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>How one class, or one label of multi-label images, is predicted.</summary>
/// <param name="Name">The class.</param>
/// <param name="Examples">Images of it.</param>
/// <param name="Recall">Share of these that are predicted to be of it; null for a class without images.</param>
/// <param name="Precision">Share of its predictions that are correct; null for a class that is never predicted.</param>
public sealed record ClassDetails(string Name, int Examples, double? Recall, double? Precision);

/// <summary>What every evaluation reports, whatever its metric is.</summary>
/// <param name="BalancedAccuracy">Mean recall over the classes that have images; null for multi-label images.</param>
/// <param name="MacroF1">Mean F1 over classes that have images or predictions; null when none has.</param>
/// <param name="CalibrationError">
/// The <see cref="Evaluation.CalibrationError"/>; null for multi-label images and where a logit is not finite.
/// </param>
/// <param name="PerClass">One entry per class, in their order.</param>
public sealed record EvaluationDetails(
    double? BalancedAccuracy,
    double? MacroF1,
    double? CalibrationError,
    ImmutableArray<ClassDetails> PerClass
)
{
    /// <summary>The details of an evaluation.</summary>
    /// <param name="evaluation">The evaluation.</param>
    /// <param name="images">The images that it was made on.</param>
    public static EvaluationDetails Create(EvaluationResult evaluation, ImageSet images)
    {
        ArgumentNullException.ThrowIfNull(images);
        var labels = images.Labels;
        var counts = ClassPredictions.Create(evaluation, labels).Count();
        return new(
            labels.IsMultiLabel ? null : counts.BalancedAccuracy,
            counts.MacroF1,
            labels.IsMultiLabel ? null : Evaluation.CalibrationError.Measure(evaluation, labels),
            [
                .. Enumerable
                    .Range(0, counts.Classes)
                    .Select(of => new ClassDetails(
                        NameOf(of, images),
                        (int)counts.Examples[of],
                        counts.Recall(of),
                        counts.Precision(of)
                    )),
            ]
        );
    }

    /// <summary>The details as JSON.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, ResultJson.Options)!.AsObject();

    // A network may know more classes than the images name.
    private static string NameOf(int of, ImageSet images) =>
        of < images.Classes.Length ? images.Classes[of] : $"class {of}";
}
