using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.WiseFt;

/// <summary>
/// What findings compare of one fine-tuned model, image by image: the scores along the curve that judges its weights.
/// </summary>
/// <param name="Target">At each alpha on the target's test images.</param>
/// <param name="FineTuned">Of P-T as it is used, with its own running statistics, on these images.</param>
/// <param name="Source">At each alpha on the source's test images; empty where these are not known.</param>
/// <param name="Validation">At each alpha on the target's validation images; empty for a target without.</param>
/// <param name="FineTunedOnValidation">Of P-T as it is used on these; null for a target without.</param>
internal sealed record WiseFtScores(
    ImmutableArray<ScoreSample> Target,
    ScoreSample FineTuned,
    ImmutableArray<ScoreSample> Source,
    ImmutableArray<ScoreSample> Validation,
    ScoreSample? FineTunedOnValidation
)
{
    private const string TargetWord = "target";
    private const string SourceWord = "source";
    private const string ValidationWord = "validation";
    private const string AsUsed = "as used";

    /// <summary>Which alpha is chosen for several models together: on validation images where there are some.</summary>
    /// <param name="models">At least one.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    public static WiseFtChoice Choose(ImmutableArray<WiseFtScores> models, double margin) =>
        HaveValidation(models)
            ? WiseFtChoice.Choose(
                [.. models.Select(model => model.Validation)],
                [.. models.Select(model => model.FineTunedOnValidation!)],
                margin
            )
            : ChooseOnTest(models, margin);

    /// <summary>The same on the test images.</summary>
    public static WiseFtChoice ChooseOnTest(ImmutableArray<WiseFtScores> models, double margin) =>
        WiseFtChoice.Choose(
            [.. models.Select(model => model.Target)],
            [.. models.Select(model => model.FineTuned)],
            margin
        );

    /// <summary>Whether validation images choose.</summary>
    public static bool HaveValidation(ImmutableArray<WiseFtScores> models) =>
        models.All(model => !model.Validation.IsEmpty);

    /// <summary>Index of the model with the best score at an alpha, where the alpha was chosen.</summary>
    public static int Best(ImmutableArray<WiseFtScores> models, int at)
    {
        var onValidation = HaveValidation(models);
        return Enumerable
            .Range(0, models.Length)
            .MaxBy(i => (onValidation ? models[i].Validation : models[i].Target)[at].Value);
    }

    /// <summary>The scores by their names in a task's <c>scores.json</c>.</summary>
    /// <param name="model">Index of the model among those of the task.</param>
    /// <param name="alphas">The alphas.</param>
    public IEnumerable<(string Name, ScoreSample Score)> Named(int model, ImmutableArray<double> alphas)
    {
        (string, ScoreSample?)[] asUsed =
        [
            (Name(model, TargetWord, null), FineTuned),
            (Name(model, ValidationWord, null), FineTunedOnValidation),
        ];
        return
        [
            .. Along(TargetWord, Target),
            .. Along(SourceWord, Source),
            .. Along(ValidationWord, Validation),
            .. from score in asUsed where score.Item2 is not null select (score.Item1, score.Item2),
        ];

        IEnumerable<(string, ScoreSample)> Along(string what, ImmutableArray<ScoreSample> scores) =>
            scores.Select((score, at) => (Name(model, what, alphas[at]), score));
    }

    /// <summary>Reads the <c>scores.json</c> of a task.</summary>
    /// <param name="document">Its content.</param>
    /// <param name="model">Index of the model among those of the task.</param>
    /// <param name="alphas">The alphas.</param>
    public static WiseFtScores Read(JsonNode document, int model, ImmutableArray<double> alphas)
    {
        return new(
            Find(TargetWord),
            ScoreFile.Read(document, Name(model, TargetWord, null)),
            Has(SourceWord) ? Find(SourceWord) : [],
            Has(ValidationWord) ? Find(ValidationWord) : [],
            Has(ValidationWord) ? ScoreFile.Read(document, Name(model, ValidationWord, null)) : null
        );

        bool Has(string what) => document[Name(model, what, alphas[0])] is not null;

        ImmutableArray<ScoreSample> Find(string what) =>
            [.. alphas.Select(alpha => ScoreFile.Read(document, Name(model, what, alpha)))];
    }

    private static string Name(int model, string what, double? alpha) =>
        alpha is { } at
            ? string.Create(CultureInfo.InvariantCulture, $"model {model} {what} at {at}")
            : $"model {model} {what} {AsUsed}";
}
