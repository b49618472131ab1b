using System.Globalization;
using System.Text.Json.Nodes;
using TransferLens.Analyses;
using TransferLens.Data;

namespace TransferLens.Cli.Output;

/// <summary>What <c>transferlens mistakes --json</c> prints.</summary>
internal static class MistakesDocument
{
    /// <summary>The counts, then what else was measured.</summary>
    public static JsonObject Of(MistakesResult result, PictureSet pictures, IReadOnlyList<string> networks, int examples)
    {
        var document = Facts(result, pictures, networks, examples);
        if (result.Decisions is { } decisions)
        {
            document["decisions"] = decisions;
            document["difference"] = result.Difference!.ToJson();
        }

        return document;
    }

    private static JsonObject Facts(MistakesResult result, PictureSet pictures, IReadOnlyList<string> networks, int examples) => new()
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
        ["ensemble"] = new JsonObject { [ScoreText.MetricOf(pictures).Key] = result.Ensemble.Score.ToJson(), ["gain"] = result.Ensemble.Gain.ToJson() },
        ["classes"] = new JsonArray([.. result.Classes.Select(c => Class(c, pictures))]),
        ["onlyFirstPictures"] = Listed(result.OnlyFirstPictures.Take(examples), pictures),
        ["onlySecondPictures"] = Listed(result.OnlySecondPictures.Take(examples), pictures),
    };

    /// <summary>A class by name; the network may know more classes than there are folders.</summary>
    public static string ClassName(PictureSet pictures, int label) =>
        label < pictures.Classes.Length ? pictures.Classes[label] : label.ToString(CultureInfo.InvariantCulture);

    private static JsonObject Class(ClassMistakes counts, PictureSet pictures)
    {
        var entry = new JsonObject
        {
            ["name"] = ClassName(pictures, counts.Label),
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

    private static JsonObject? Test(McNemar? test) => test is null ? null : new() { ["p"] = test.P, ["log10P"] = test.Log10P };

    private static JsonObject Share(MistakeCount count) => new() { ["share"] = count.Share, ["low"] = count.Low, ["high"] = count.High };

    private static JsonArray Listed(IEnumerable<Mistake> mistakes, PictureSet pictures) =>
    [
        .. mistakes.Select(mistake => new JsonObject
        {
            ["picture"] = pictures.Names[mistake.Picture],
            ["class"] = mistake.Words(pictures.Labels.AreMany, label => ClassName(pictures, label)).Is,
            ["answer"] = mistake.Words(pictures.Labels.AreMany, label => ClassName(pictures, label)).TakenFor,
            ["confidence"] = mistake.Confidence,
        }),
    ];
}
