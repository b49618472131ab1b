using System.Globalization;
using System.Text.Json.Nodes;
using TransferLens.Analyses;
using TransferLens.Data;

namespace TransferLens.Cli.Output;

/// <summary>What <c>transferlens mistakes --json</c> prints.</summary>
internal static class MistakesDocument
{
    /// <summary>The counts, then what else was measured.</summary>
    public static JsonObject Of(MistakesResult result, PictureSet pictures, IReadOnlyList<string> networks, int examples) => new()
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
        ["mcnemar"] = new JsonObject { ["p"] = result.McNemar.P, ["log10P"] = result.McNemar.Log10P },
        ["errorConsistency"] = result.ErrorConsistency?.ToJson(),
        ["ensemble"] = new JsonObject { ["accuracy"] = result.Ensemble.Accuracy.ToJson(), ["gain"] = result.Ensemble.Gain.ToJson() },
        ["classes"] = new JsonArray([.. result.Classes.Select(c => new JsonObject
        {
            ["name"] = ClassName(pictures, c.Label),
            ["examples"] = c.Examples,
            ["common"] = c.Common,
            ["onlyFirst"] = c.OnlyFirst,
            ["onlySecond"] = c.OnlySecond,
            ["bothCorrect"] = c.BothCorrect,
            ["sameWrongLabel"] = c.SameWrongLabel,
        })]),
        ["onlyFirstPictures"] = Listed(result.OnlyFirstPictures.Take(examples), pictures),
        ["onlySecondPictures"] = Listed(result.OnlySecondPictures.Take(examples), pictures),
    };

    /// <summary>A class by name; the network may know more classes than there are folders.</summary>
    public static string ClassName(PictureSet pictures, int label) =>
        label < pictures.Classes.Length ? pictures.Classes[label] : label.ToString(CultureInfo.InvariantCulture);

    private static JsonObject Share(MistakeCount count) => new() { ["share"] = count.Share, ["low"] = count.Low, ["high"] = count.High };

    private static JsonArray Listed(IEnumerable<Mistake> mistakes, PictureSet pictures) =>
    [
        .. mistakes.Select(mistake => new JsonObject
        {
            ["picture"] = pictures.Names[mistake.Picture],
            ["class"] = pictures.Classes[mistake.Label],
            ["answer"] = ClassName(pictures, mistake.Answer),
            ["confidence"] = mistake.Confidence,
        }),
    ];
}
