using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TransferLens.Report.Comparisons;

/// <summary>Every setting that a <c>results.json</c> records, as name and text, so that two studies can be held against each other.</summary>
internal static class RecordedSettings
{
    private const int ShownOfDigest = 12;

    public static ImmutableArray<KeyValuePair<string, string>> Of(JsonObject results)
    {
        var runs = results["runs"]!.AsArray().Select(run => run!).ToList();
        var targets = results["data"]?["targets"]?.AsArray().Select(target => target!).ToList() ?? [];
        return
        [
            new("network", (string)results["network"]!),
            .. Flat("images", results["images"]),
            new(
                "P",
                results["pretrained"] is { } pretrained
                        ? $"{((string)pretrained["kind"]! == "train" ? "trained here" : "from a file")}, key {Short((string)pretrained["key"]!)}"
                    : results.ContainsKey("pretrained") ? "none"
                    : "not recorded"
            ),
            new(
                "targets",
                string.Join(", ", targets.Select(target => (string)target["target"]!).DefaultIfEmpty("not recorded"))
            ),
            .. targets.SelectMany(Images),
            .. runs.GroupBy(run => (string)run["run"]!).SelectMany(Run),
            new("analyses", string.Join(", ", results["analyses"]!.AsObject().Select(analysis => analysis.Key))),
        ];
    }

    private static IEnumerable<KeyValuePair<string, string>> Images(JsonNode target)
    {
        foreach (var part in new[] { "train", "test" })
        {
            var counted = target[part]!;
            yield return new(
                $"{(string)target["target"]!}, {(part == "train" ? "training" : "test")} images",
                $"{(int)counted["images"]!}{((int)counted["skipped"]! is > 0 and var skipped ? $", {skipped} left out" : "")}{((string?)counted["digest"] is { } digest ? $", digest {Short(digest)}" : "")}"
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
                run.Select(one => (double)one["learning_rate"]!)
                    .Distinct()
                    .Select(rate => rate.ToString(CultureInfo.InvariantCulture))
            )
        );
        yield return new($"{run.Key}: seeds", string.Join(", ", run.Select(one => (int)one["seed"]!).Distinct()));
        foreach (var setting in Flat($"{run.Key}: ", run.First()["training"]))
        {
            yield return new(setting.Key.Replace(": .", ": ", StringComparison.Ordinal), setting.Value);
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Flat(string name, JsonNode? node) =>
        node switch
        {
            JsonObject members => members.SelectMany(member => Flat($"{name}.{member.Key}", member.Value)),
            JsonArray items =>
            [
                new(name, string.Join(", ", items.Select(item => item is null ? "none" : Value(item)))),
            ],
            null => [],
            _ => [new(name, Value(node))],
        };

    // 1e-08 and 1E-8 are one number, whichever program wrote it.
    private static string Value(JsonNode node) =>
        node.GetValueKind() switch
        {
            JsonValueKind.Number => ((double)node).ToString(CultureInfo.InvariantCulture),
            JsonValueKind.String => (string)node!,
            _ => node.ToJsonString(),
        };

    private static string Short(string digest) => digest[..Math.Min(ShownOfDigest, digest.Length)];
}
