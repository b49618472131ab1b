using System.Globalization;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Mistakes;
using TransferLens.Vision.Images;

namespace TransferLens.Cli.Output;

/// <summary>What <c>transferlens mistakes --json</c> prints.</summary>
internal static class MistakesDocument
{
    /// <summary>Creates the document.</summary>
    public static JsonObject Create(
        MistakesResult result,
        ImageSet images,
        IReadOnlyList<string> networks,
        int examples
    )
    {
        var document = CreateFacts(result, images, networks, examples);
        if (result.Decisions is { } decisions)
        {
            document["decisions"] = decisions;
            document["difference"] = result.Difference!.ToJson();
        }

        return document;
    }

    private static JsonObject CreateFacts(
        MistakesResult result,
        ImageSet images,
        IReadOnlyList<string> networks,
        int examples
    ) =>
        new()
        {
            ["common"] = result.Common.Count,
            ["onlyFirst"] = result.OnlyFirst.Count,
            ["onlySecond"] = result.OnlySecond.Count,
            ["bothCorrect"] = result.BothCorrect.Count,
            ["sameWrongLabel"] = result.SameWrongLabel.Count,
            ["examples"] = result.Examples,
            ["networks"] = new JsonArray([.. networks.Select(name => (JsonNode)name)]),
            ["shares"] = new JsonObject
            {
                ["common"] = Share(result.Common),
                ["onlyFirst"] = Share(result.OnlyFirst),
                ["onlySecond"] = Share(result.OnlySecond),
                ["bothCorrect"] = Share(result.BothCorrect),
                ["sameWrongLabelOfCommon"] = Share(result.SameWrongLabel),
            },
            ["mcnemar"] = Test(result.McNemar),
            ["errorConsistency"] = result.ErrorConsistency?.ToJson(),
            ["ensemble"] = new JsonObject
            {
                [ScoreText.MetricOf(images).JsonKey] = result.Ensemble.Score.ToJson(),
                ["gain"] = result.Ensemble.Gain.ToJson(),
            },
            ["classes"] = new JsonArray([.. result.Classes.Select(c => Class(c, images))]),
            ["onlyFirstImages"] = Listed(result.OnlyFirstImages.Take(examples), images),
            ["onlySecondImages"] = Listed(result.OnlySecondImages.Take(examples), images),
        };

    /// <summary>The name of a class, or its number where the network has more classes than the images.</summary>
    public static string ClassName(ImageSet images, int label) =>
        label < images.Classes.Length ? images.Classes[label] : label.ToString(CultureInfo.InvariantCulture);

    private static JsonObject Class(ClassMistakes counts, ImageSet images)
    {
        var entry = new JsonObject
        {
            ["name"] = ClassName(images, counts.Label),
            ["examples"] = counts.Examples,
            ["common"] = counts.Common,
            ["onlyFirst"] = counts.OnlyFirst,
            ["onlySecond"] = counts.OnlySecond,
            ["bothCorrect"] = counts.BothCorrect,
            ["sameWrongLabel"] = counts.SameWrongLabel,
        };
        if (counts.McNemar is not null)
        {
            entry["errorConsistency"] = counts.ErrorConsistency;
            entry["mcnemar"] = Test(counts.McNemar);
        }

        return entry;
    }

    private static JsonObject? Test(McNemar? test) =>
        test is null ? null : new() { ["p"] = test.P, ["log10P"] = test.Log10P };

    private static JsonObject Share(MistakeCount count) =>
        new()
        {
            ["share"] = count.Share,
            ["low"] = count.Low,
            ["high"] = count.High,
        };

    private static JsonArray Listed(IEnumerable<Mistake> mistakes, ImageSet images) =>
        [
            .. mistakes.Select(mistake => new JsonObject
            {
                ["image"] = images.Names[mistake.Image],
                ["class"] = mistake.Words(images.Labels.IsMultiLabel, label => ClassName(images, label)).Is,
                ["answer"] = mistake.Words(images.Labels.IsMultiLabel, label => ClassName(images, label)).TakenFor,
                ["confidence"] = mistake.Confidence,
            }),
        ];
}
