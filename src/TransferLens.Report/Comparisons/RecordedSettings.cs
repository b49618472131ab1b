using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TransferLens.Report.Comparisons;

/// <summary>Reads all settings in a <c>results.json</c> as names and texts, so that studies can be compared.</summary>
internal static class RecordedSettings
{
    private const int ShownDigestLength = 12;

    public static ImmutableArray<KeyValuePair<string, string>> Read(JsonObject results)
    {
        var runs = results["runs"]!.AsArray().Select(run => run!).ToList();
        var targets = results["data"]?["targets"]?.AsArray().Select(target => target!).ToList() ?? [];
        return
        [
            new("network", (string)results["network"]!),
            .. Flatten("images", results["images"]),
            new("P", Pretrained(results)),
            new(
                "targets",
                string.Join(", ", targets.Select(target => (string)target["target"]!).DefaultIfEmpty("not recorded"))
            ),
            .. targets.SelectMany(Images),
            .. runs.GroupBy(run => (string)run["run"]!).SelectMany(Run),
            new("analyses", string.Join(", ", results["analyses"]!.AsObject().Select(analysis => analysis.Key))),
        ];
    }

    private static string Pretrained(JsonObject results)
    {
        if (results["pretrained"] is not { } pretrained)
        {
            return results.ContainsKey("pretrained") ? "none" : "not recorded";
        }

        var origin =
            (string)pretrained["kind"]! == "train"
                ? "trained in the study"
                : $"from {(string?)pretrained["origin"] ?? "a file"}";
        return $"{origin}, key {Shorten((string)pretrained["key"]!)}";
    }

    private static IEnumerable<KeyValuePair<string, string>> Images(JsonNode target)
    {
        foreach (var part in new[] { "train", "test" })
        {
            var images = target[part]!;
            var skipped = (int)images["skipped"]! is > 0 and var count ? $", {count} skipped" : "";
            var digest = (string?)images["digest"] is { } recorded ? $", digest {Shorten(recorded)}" : "";
            yield return new(
                $"{(string)target["target"]!}, {(part == "train" ? "training" : "test")} images",
                $"{(int)images["images"]!}{skipped}{digest}"
            );
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Run(IGrouping<string, JsonNode> run)
    {
        yield return new($"{run.Key}: init", string.Join(", ", run.Select(one => (string)one["init"]!).Distinct()));
        yield return new(
            $"{run.Key}: learning rate",
            string.Join(
                ", ",
                run.Select(one => (double)one["learningRate"]!)
                    .Distinct()
                    .Select(rate => rate.ToString(CultureInfo.InvariantCulture))
            )
        );
        yield return new($"{run.Key}: seeds", string.Join(", ", run.Select(one => (int)one["seed"]!).Distinct()));
        foreach (var setting in Flatten($"{run.Key}: ", run.First()["training"]))
        {
            yield return new(setting.Key.Replace(": .", ": ", StringComparison.Ordinal), setting.Value);
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Flatten(string name, JsonNode? node) =>
        node switch
        {
            JsonObject members => members.SelectMany(member => Flatten($"{name}.{member.Key}", member.Value)),
            JsonArray items =>
            [
                new(name, string.Join(", ", items.Select(item => item is null ? "none" : Value(item)))),
            ],
            null => [],
            _ => [new(name, Value(node))],
        };

    // Programs write equal numbers differently, for example 1e-08 and 1E-8.
    private static string Value(JsonNode node) =>
        node.GetValueKind() switch
        {
            JsonValueKind.Number => ((double)node).ToString(CultureInfo.InvariantCulture),
            JsonValueKind.String => (string)node!,
            _ => node.ToJsonString(),
        };

    private static string Shorten(string digest) => digest[..Math.Min(ShownDigestLength, digest.Length)];
}
