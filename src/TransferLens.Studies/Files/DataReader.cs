using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads a data set: a target, or what P is trained on.</summary>
/// <param name="folder">What paths are relative to.</param>
/// <param name="size">Side of synthetic images unless they say another.</param>
internal sealed class DataReader(string folder, int size)
{
    private static readonly ImmutableArray<string> Common =
    [
        "format",
        "train",
        "test",
        "limit",
        "train_limit",
        "test_limit",
    ];

    /// <summary>The keys that it takes, those of one format only among them.</summary>
    public static ImmutableArray<string> Keys { get; } =
    [.. Common, .. DataFormats.All.SelectMany(format => format.Options).Distinct()];

    public TargetSettings Read(StudyNode node)
    {
        // A misspelt key is told before the missing one; a key of another format after the format is known.
        var name = node.Keys(Keys).Get("format").OneOf(DataFormats.Names);
        var format = DataFormats.All.Single(format => format.Name == name);
        node.Keys([.. Common, .. format.Options]);
        var options = Options(node, format);
        var limit = node.Find("limit")?.Integer(1);
        return new(Source("train"), Source("test"));

        DataSource Source(string split)
        {
            var own = format.Split ? options.Add("split", split) : options;
            var at = node.Get(split);
            var part = node.Find($"{split}_limit")?.Integer(1) ?? limit;
            return format.Location is { } kind
                ? new(name, ExistingPath.Of(at, folder, kind, format.Layout), own, part)
                : new(name, "", own.Add("images", $"{at.Integer(1)}"), part);
        }
    }

    private ImmutableSortedDictionary<string, string> Options(StudyNode node, DataFormat format)
    {
        var options = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
        foreach (var key in format.Options)
        {
            options = node.Find(key) is { } value
                ? options.Add(key, Option(key, value))
                : key switch
                {
                    "style" => options.Add(key, Option(key, node.Get(key))),
                    "size" => options.Add(key, $"{size}"),
                    _ => options,
                };
        }

        return options;
    }

    private string Option(string key, StudyNode value) =>
        key switch
        {
            "root" => ExistingPath.Of(value, folder, PathKind.Folder),
            "style" => value.OneOf(DataFormats.Styles),
            "labels" => string.Join(';', (value.IsScalar ? [value] : value.Items()).Select(item => item.Text())),
            "domain" => value.Text(),
            "view" => value.OneOf("all", "frontal", "lateral"),
            "uncertain" => value.OneOf("paper", "ones", "zeros"),
            "repeat_positives" => value.Flag() ? "true" : "false",
            "test_list" => value.OneOf("valid", "train"),
            "seed" or "subsample_seed" => $"{value.Integer(0)}",
            _ => $"{value.Integer(1)}",
        };
}
