using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads a data set: a target, or the source data of a pretraining run.</summary>
/// <param name="folder">The folder that paths are relative to.</param>
/// <param name="size">Side of the study's images, in pixels.</param>
/// <param name="formats">The known formats.</param>
internal sealed class DataReader(string folder, int size, IReadOnlyList<DataFormat> formats)
{
    private const string ClassesKey = "classes";

    private static readonly ImmutableArray<string> Common =
    [
        "format",
        "train",
        "test",
        "limit",
        "train_limit",
        "test_limit",
    ];

    // Only for formats that read files.
    private static readonly ImmutableArray<string> OfFiles = ["data", "split", "validation", ClassesKey];

    private readonly ImmutableArray<string> names = [.. formats.Select(format => format.Name)];
    private readonly ImmutableArray<string> keys = Keys(formats);

    /// <summary>Every key of a data set, including those of a single format.</summary>
    public static ImmutableArray<string> Keys(IEnumerable<DataFormat> formats) =>
        [.. Common, .. OfFiles, .. formats.SelectMany(OptionNames).Except(OfFiles).Distinct()];

    public TargetSettings Read(StudyNode node)
    {
        // Report an unknown format before its keys, and a misspelt key before a missing one.
        var name = (node.Has("format") ? node : node.Keys(keys)).Get("format").OneOf(names);
        var format = formats.Single(format => format.Name == name);
        node.Keys([.. Common, .. format.Location is null ? [] : OfFiles, .. OptionNames(format)]);
        var options = Options(node, format);
        var limit = node.Find("limit")?.Integer(1);
        var classes = format.Location is null ? null : Classes(node);
        return format.Location is not null && (node.Has("data") || node.Has("split"))
            ? Divided()
            : new(Source("train"), Source("test"))
            {
                Validation = format.Location is not null && node.Has("validation") ? Source("validation") : null,
            };

        TargetSettings Divided()
        {
            if (((string[])["train", "test", "validation"]).FirstOrDefault(node.Has) is { } part)
            {
                throw node.Get(part)
                    .Wrong(
                        $"cannot be combined with data and split, which divide one set of images; remove {part}, or "
                            + "write "
                            + "train and test instead of data and split."
                    );
            }

            var (split, all) = (SplitReader.Read(node.Get("split")), Source("data", "train"));
            return new(Part(DataPart.Train, "train"), Part(DataPart.Test, "test"))
            {
                Validation = split.Validation > 0 ? Part(DataPart.Validation, "test") : null,
            };

            DataSource Part(DataPart part, string limited) =>
                all with
                {
                    Split = split with { Part = part },
                    Limit = node.Find($"{limited}_limit")?.Integer(1) ?? limit,
                };
        }

        DataSource Source(string key, string? splitName = null)
        {
            var split = splitName ?? key;
            var part = split == "validation" && !format.HasValidation ? "test" : split;
            var all = format.TakesSplit ? options.Add(DataFormat.SplitOption, part) : options;
            var value = node.Get(key);
            var splitLimit = node.Find($"{split}_limit")?.Integer(1) ?? limit;
            var source = format.Location is { } kind
                ? new DataSource(name, ExistingPath.Resolve(value, folder, kind, format.Layout), all, splitLimit)
                : new(name, "", all.Add(DataFormat.CountOption, $"{value.Integer(1)}"), splitLimit);
            return source with { Classes = classes };
        }
    }

    private static IEnumerable<string> OptionNames(DataFormat format) => format.Options.Select(option => option.Name);

    private ImmutableArray<string>? Classes(StudyNode node)
    {
        if (node.Find(ClassesKey) is not { } value)
        {
            return null;
        }

        var file = value.IsScalar ? ExistingPath.Resolve(value, folder, PathKind.File) : null;
        ImmutableArray<string> listed = file is null ? [.. value.Items().Select(item => item.Text())] : [];
        try
        {
            return file is null ? ClassNames.Check(listed, "The list") : ClassNames.Read(file);
        }
        catch (InputException wrong)
        {
            throw value.Wrong($"is invalid. {wrong.Message}", wrong);
        }
    }

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
