using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads a data set: a target, or the source data of a pretraining run.</summary>
/// <param name="folder">The folder that paths are relative to.</param>
/// <param name="size">Side of the study's images, in pixels.</param>
/// <param name="formats">The known formats.</param>
internal sealed class DataReader(string folder, int size, IReadOnlyList<DataFormat> formats)
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

    private readonly ImmutableArray<string> names = [.. formats.Select(format => format.Name)];
    private readonly ImmutableArray<string> keys = Keys(formats);

    /// <summary>Every key of a data set, including those of a single format.</summary>
    public static ImmutableArray<string> Keys(IEnumerable<DataFormat> formats) =>
        [.. Common, .. formats.SelectMany(OptionNames).Distinct()];

    public TargetSettings Read(StudyNode node)
    {
        // Report an unknown format before its keys, and a misspelt key before a missing one.
        var name = (node.Has("format") ? node : node.Keys(keys)).Get("format").OneOf(names);
        var format = formats.Single(format => format.Name == name);
        node.Keys([.. Common, .. OptionNames(format)]);
        var options = Options(node, format);
        var limit = node.Find("limit")?.Integer(1);
        return new(Source("train"), Source("test"));

        DataSource Source(string split)
        {
            var all = format.TakesSplit ? options.Add(DataFormat.SplitOption, split) : options;
            var value = node.Get(split);
            var splitLimit = node.Find($"{split}_limit")?.Integer(1) ?? limit;
            return format.Location is { } kind
                ? new(name, ExistingPath.Resolve(value, folder, kind, format.Layout), all, splitLimit)
                : new(name, "", all.Add(DataFormat.CountOption, $"{value.Integer(1)}"), splitLimit);
        }
    }

    private static IEnumerable<string> OptionNames(DataFormat format) => format.Options.Select(option => option.Name);

    private ImmutableSortedDictionary<string, string> Options(StudyNode node, DataFormat format)
    {
        var options = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var option in format.Options)
        {
            if ((option.IsRequired ? node.Get(option.Name) : node.Find(option.Name)) is { } value)
            {
                options.Add(option.Name, Text(option, value));
            }
            else if (option is IntegerOption { DefaultsToImageSize: true })
            {
                options.Add(option.Name, $"{size}");
            }
        }

        return options.ToImmutable();
    }

    private string Text(DataOption option, StudyNode value) =>
        option switch
        {
            FolderOption => ExistingPath.Resolve(value, folder, PathKind.Folder),
            TextListOption => string.Join(TextListOption.Separator, Items(value).Select(item => item.Text())),
            ChoiceOption choice => value.OneOf(choice.Choices),
            FlagOption => value.Flag() ? "true" : "false",
            IntegerOption integer => $"{value.Integer(integer.Minimum, integer.Maximum)}",
            _ => value.Text(),
        };

    private static ImmutableArray<StudyNode> Items(StudyNode value) => value.IsScalar ? [value] : value.Items();
}
