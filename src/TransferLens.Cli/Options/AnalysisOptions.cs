using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using TransferLens.Cli.Output;
using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Runtime;

namespace TransferLens.Cli.Options;

/// <summary>The options that the single-analysis commands share. A command adds those that apply to it.</summary>
internal sealed class AnalysisOptions
{
    /// <summary>What <c>--weights</c> takes in commands about one network.</summary>
    public const string OneCheckpoint = "The checkpoint";

    /// <summary>The placeholder for images in <c>--help</c>.</summary>
    public const string Images = "DIR|FORMAT:PATH";

    /// <summary><c>--network NAME [NAME]</c>.</summary>
    public Option<string[]> Network { get; } =
        new("--network")
        {
            Description =
                "Name of the network, for example cifar_resnet20, or an ONNX file, whose weights are used without "
                + "--weights.",
            HelpName = "NAME|FILE.onnx",
            Required = true,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
        };

    /// <summary><c>--weights FILE [FILE]</c>.</summary>
    public Option<FileInfo[]> Weights { get; } =
        new("--weights")
        {
            CustomParser = Files,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
        };

    /// <summary><c>--weights-key KEY</c>.</summary>
    public Option<string?> WeightsKey { get; } = WeightsArgument.CreateKey();

    /// <summary><c>--data DIR</c> or <c>--data FORMAT:DIR</c>.</summary>
    public Option<string> Data { get; } =
        new("--data")
        {
            Description =
                $"Labelled images: a folder of class folders, or FORMAT:PATH, where FORMAT is one of {FormatNames}.",
            HelpName = Images,
            Required = true,
        };

    /// <summary><c>--data-option KEY=VALUE</c>.</summary>
    public Option<string[]> DataOptions { get; } =
        new("--data-option")
        {
            Description =
                "A format-specific option of --data, for example 'labels=cat;dog' (quoted) for a CSV file with a 0/1 "
                + "column per label; repeatable. Also used for further image sets of the same format.",
            HelpName = "KEY=VALUE",
            AllowMultipleArgumentsPerToken = true,
        };

    /// <summary><c>--class-names FILE</c>.</summary>
    public Option<string?> ClassNamesFile { get; } =
        new("--class-names")
        {
            Description =
                "File with the name of each class of the network, one per line, in the order of its outputs; by "
                + "default "
                + "the classes of --data in number order (names that are integers) or text order.",
            HelpName = "FILE",
        };

    /// <summary><c>--size N</c>.</summary>
    public Option<int?> Size { get; } =
        new("--size")
        {
            Description =
                "Side of the network's square input in pixels; by default 32 for cifar networks, that in an ONNX file, "
                + "and 224 for others.",
            HelpName = "N",
        };

    /// <summary><c>--resize N</c>.</summary>
    public Option<int?> Resize { get; } =
        new("--resize")
        {
            Description = "Length of the shorter side in pixels before the centre crop; by default --size.",
            HelpName = "N",
        };

    /// <summary><c>--resize-mode NAME</c>.</summary>
    public Option<string> ResizeModeName { get; } =
        new("--resize-mode")
        {
            Description = "What --resize is the length of: shortest, the shorter side, or squash, both sides.",
            HelpName = "NAME",
            DefaultValueFactory = _ => EnumWords<ResizeMode>.All[0],
        };

    /// <summary><c>--normalize</c>.</summary>
    public Option<Normalization> Normalize { get; } =
        new("--normalize")
        {
            Description =
                $"Normalization: {Normalization.Choices}. chexpert is (pixel - 128) / 64, inception to [-1, 1]. "
                + "bgr:M,M,M/S,S,S is for networks that take blue first. "
                + "Numbers of pixels from 0 to 255 are divided by 255.",
            HelpName = "NAME",
            CustomParser = Normalized,
            DefaultValueFactory = _ => Normalization.ImageNet,
        };

    /// <summary><c>--interpolation NAME</c>.</summary>
    public Option<string> InterpolationName { get; } =
        new("--interpolation")
        {
            Description = "Filter that resizes images, as in Pillow: bilinear or bicubic.",
            HelpName = "NAME",
            DefaultValueFactory = _ => EnumWords<Interpolation>.All[0],
        };

    /// <summary><c>--preprocessing from_weights</c>.</summary>
    public Option<string?> Preprocessing { get; } =
        new("--preprocessing")
        {
            Description =
                "from_weights takes size, resizing, interpolation and normalization from the first of these files "
                + $"next to --weights: {string.Join(", ", PreprocessingFile.Names)}; explicit options take precedence.",
            HelpName = "from_weights",
        };

    /// <summary><c>--classes N</c>.</summary>
    public Option<int?> Classes { get; } =
        new("--classes")
        {
            Description = "Number of classes; by default taken from the head in --weights.",
            HelpName = "N",
        };

    /// <summary><c>--limit N</c>.</summary>
    public Option<int?> Limit { get; } =
        new("--limit")
        {
            Description = "Measure on at most N images, balanced across classes; by default on all.",
            HelpName = "N",
        };

    /// <summary><c>--batch-size N</c>.</summary>
    public Option<int> BatchSize { get; } =
        new("--batch-size")
        {
            Description = "Most images per forward pass.",
            HelpName = "N",
            DefaultValueFactory = _ => EvaluationSettings.DefaultBatchSize,
        };

    /// <summary><c>--threads N</c>.</summary>
    public Option<int?> Threads { get; } =
        new("--threads") { Description = "Threads to compute with; by default one per core.", HelpName = "N" };

    /// <summary><c>--device</c>.</summary>
    public Option<string?> Device { get; } = DeviceOption();

    /// <summary>Creates the option <c>--device</c>, for commands on studies too.</summary>
    public static Option<string?> DeviceOption() =>
        new("--device")
        {
            Description =
                "Device to run networks on: cpu, cuda or cuda:N; by default $TRANSFERLENS_DEVICE if set, otherwise "
                + "cpu.",
            HelpName = "DEVICE",
        };

    /// <summary><c>--precision</c>.</summary>
    public Option<string?> PrecisionName { get; } =
        new("--precision")
        {
            Description = "Floating-point type for the computation; by default float32, or bfloat16 on a GPU.",
        };

    /// <summary><c>--metric KEY</c>, for commands that score networks.</summary>
    public Option<string?> Metric { get; } =
        new("--metric")
        {
            Description = "Performance metric; by default accuracy, or mean_auc for multi-label images.",
        };

    /// <summary><c>--skip-bad-images</c>.</summary>
    public Option<bool> SkipBadImages { get; } =
        new("--skip-bad-images")
        {
            Description = "Skip and count images that are missing or cannot be decoded, instead of failing.",
        };

    /// <summary><c>--json</c>.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document instead of a table." };

    /// <summary>Creates the option <c>--recalibrate-on</c>, for commands that recompute running statistics.</summary>
    /// <param name="aligns">Whether the command also matches channels on them.</param>
    public static Option<string?> CreateRecalibrateOn(bool aligns = false) =>
        new("--recalibrate-on")
        {
            Description =
                $"Training images for recomputing running statistics{(aligns ? " and for --align activations" : "")}, "
                + "given like --data; --limit does not apply to them. By default the images of --data.",
            HelpName = Images,
        };

    /// <summary>Creates the options.</summary>
    /// <param name="checkpoints">What <c>--weights</c> takes, for example "The two checkpoints".</param>
    /// <param name="hasSecondNetwork">Whether the checkpoints may be of two different networks.</param>
    /// <param name="hasNetworkEach">Whether each of any number of checkpoints may be of another network.</param>
    public AnalysisOptions(string checkpoints, bool hasSecondNetwork = false, bool hasNetworkEach = false)
    {
        Weights.Description =
            $"{checkpoints}: safetensors, PyTorch or NumPy, a folder with one of them, or hf:OWNER/NAME.";
        Weights.HelpName = checkpoints == OneCheckpoint ? "FILE" : "FILE...";
        if (hasSecondNetwork)
        {
            Network.Description += " Add a second name if the second checkpoint belongs to another network.";
        }

        if (hasNetworkEach)
        {
            Network.Description += " Give one name for each checkpoint if they belong to different networks.";
        }

        Network.Validators.Add(NeedWeights);
        PrecisionName.AcceptOnlyFromAmong("float32", "bfloat16");
        ResizeModeName.AcceptOnlyFromAmong([.. EnumWords<ResizeMode>.All]);
        InterpolationName.AcceptOnlyFromAmong([.. EnumWords<Interpolation>.All]);
        Preprocessing.AcceptOnlyFromAmong("from_weights");
        Metric.AcceptOnlyFromAmong([.. DeclaredMetrics.All.Select(metric => metric.Key)]);
    }

    /// <summary>Every option, in the order of <c>--help</c>, where a command's own follow the required ones.</summary>
    public IEnumerable<Option> All() =>
        [
            Network,
            Weights,
            WeightsKey,
            Data,
            DataOptions,
            ClassNamesFile,
            Size,
            Resize,
            ResizeModeName,
            Normalize,
            InterpolationName,
            Preprocessing,
            Classes,
            Limit,
            BatchSize,
            Threads,
            Device,
            PrecisionName,
            SkipBadImages,
            Json,
        ];

    /// <summary>Creates a command with these options and further ones.</summary>
    public Command Command(
        string name,
        string description,
        IEnumerable<Option> further,
        Func<ParseResult, CancellationToken, int> run,
        params Option[] without
    )
    {
        var command = new Command(name, description);
        var shared = All().Except(without).ToLookup(option => option.Required || option == Weights);
        foreach (var option in shared[true].Concat(further).Concat(shared[false]))
        {
            command.Add(option);
        }

        command.SetAction((parsed, cancellationToken) => Task.FromResult(run(parsed, cancellationToken)));
        return command;
    }

    /// <summary>The network that the command is about.</summary>
    /// <exception cref="InputException">More than one was given.</exception>
    public string NetworkOf(ParseResult parsed) => NetworksOf(parsed, 1)[0];

    /// <summary>Names of the networks, one for each weights file; a single name applies to all.</summary>
    /// <exception cref="InputException">
    /// More than one was given, but not as many as there are weights files.
    /// </exception>
    public IReadOnlyList<string> NetworksOf(ParseResult parsed, int count)
    {
        var names = parsed.GetRequiredValue(Network);
        if (names.Length == count)
        {
            return names;
        }

        var expected = count == 1 ? "one" : $"one, or {count}: one for each weights file";
        return names.Length == 1
            ? [.. Enumerable.Repeat(names[0], count)]
            : throw new InputException($"--network was given {names.Length} names, but this command takes {expected}.");
    }

    /// <summary>The chosen precision, or the default of the device, which must be set.</summary>
    public Precision PrecisionOf(ParseResult parsed) =>
        parsed.GetValue(PrecisionName) switch
        {
            null => ComputeDevice.DefaultPrecision,
            "bfloat16" => Precision.Bfloat16,
            _ => Precision.Float32,
        };

    /// <summary>What a user should know of the precision: that the device chose it. Null for nothing.</summary>
    public string? NoteOfPrecision(ParseResult parsed) =>
        parsed.GetValue(PrecisionName) is null && ComputeDevice.DefaultPrecision == Precision.Bfloat16
            ? $"Networks compute in bfloat16, the default on a GPU; {PrecisionName.Name} float32 computes in float32."
            : null;

    /// <summary>The data: <c>DIR</c> means class folders; <c>FORMAT:PATH</c> names the format.</summary>
    /// <exception cref="InputException">The limit is not positive.</exception>
    public DataSource SourceOf(ParseResult parsed, Option<string>? option = null)
    {
        var limit = parsed.GetValue(Limit);
        if (limit is < 1)
        {
            throw new InputException($"--limit is {limit}, but must be at least 1.");
        }

        var source = Named(parsed.GetRequiredValue(option ?? Data)) with
        {
            Limit = limit,
            SkipsMissing = parsed.GetValue(SkipBadImages),
        };
        return option is null || source.Format == Named(parsed.GetRequiredValue(Data)).Format
            ? source with
            {
                Options = OptionsOf(parsed),
            }
            : source;
    }

    /// <summary>Names of the classes; null where they are not given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="option">The option that names the file; <c>--class-names</c> by default.</param>
    /// <exception cref="InputException">The file cannot be read, or a name is given twice.</exception>
    public ImmutableArray<string>? ClassNamesOf(ParseResult parsed, Option<string?>? option = null) =>
        parsed.GetValue(option ?? ClassNamesFile) switch
        {
            null => null,
            "" => throw new InputException($"{(option ?? ClassNamesFile).Name} is empty. Write the path of a file."),
            var file => ClassNames.Read(Path.GetFullPath(file)),
        };

    private static string FormatNames =>
        string.Join(", ", ImageFormats.All.Where(format => format.Location is not null).Select(format => format.Name));

    private DataSource Named(string text)
    {
        if (text.Length == 0)
        {
            throw new InputException($"{Data.Name} is empty. Write the path of a folder or FORMAT:PATH.");
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var named =
            colon > 0 && !Directory.Exists(text) && text[..colon].All(c => char.IsAsciiLetterLower(c) || c == '_');
        var (format, location) = named ? (text[..colon], text[(colon + 1)..]) : (ImageFolderFormat.FormatName, text);
        return !named && File.Exists(text)
            ? throw GivenFile.Explain(text)
            : new(format, Path.GetFullPath(location), ImmutableSortedDictionary<string, string>.Empty);
    }

    private ImmutableSortedDictionary<string, string> OptionsOf(ParseResult parsed)
    {
        var options = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
        foreach (var text in parsed.GetValue(DataOptions) ?? [])
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            options =
                equals > 0 && !options.ContainsKey(text[..equals])
                    ? options.Add(text[..equals], text[(equals + 1)..])
                    : throw new InputException($"--data-option is '{text}', but must be KEY=VALUE, each key once.");
        }

        return options;
    }

    /// <summary>Size, resizing and normalization of the images.</summary>
    /// <exception cref="InputException">
    /// A length is not positive, the crop is larger than the resized image, or the preprocessing of the weights is not
    /// known.
    /// </exception>
    public ImageSettings ImagesOf(ParseResult parsed)
    {
        var usual = NamedNetworks.UsualSize(parsed.GetRequiredValue(Network)[0]);
        var stated = StatedBesideWeights(parsed);
        var size = parsed.GetValue(Size) ?? stated?.Images.Size ?? usual;
        var from = stated?.ForSize(size) ?? new(size, size, Normalization.ImageNet);
        var resize = parsed.GetValue(Resize) ?? from.Resize;
        if (size < 1)
        {
            throw new InputException($"{Size.Name} is {size}, but must be at least 1.");
        }

        if (resize < size)
        {
            throw new InputException(
                $"{Resize.Name} is {resize}, but must be at least the size of the images, {size}."
            );
        }

        return new(size, resize, IsGiven(parsed, Normalize) ? parsed.GetRequiredValue(Normalize) : from.Normalize)
        {
            Interpolation = Word(parsed, InterpolationName, from.Interpolation),
            ResizeMode = Word(parsed, ResizeModeName, from.ResizeMode),
        };
    }

    /// <summary>The preprocessing that a file next to the weights states; null if it is not to be taken.</summary>
    /// <exception cref="InputException">It is not known, or cannot be done here.</exception>
    public WeightsPreprocessing? StatedBesideWeights(ParseResult parsed) =>
        parsed.GetValue(Preprocessing) is null
            ? null
            : PreprocessingFile.Find(WeightsArgument.Existing(WeightsGiven(parsed)[0]));

    /// <summary>That the numbers of <c>--normalize</c> were divided by 255; null where they were not.</summary>
    public string? NoteOfUnits(ParseResult parsed) =>
        parsed.GetResult(Normalize) is { Implicit: false, Tokens: [var text] }
            ? Normalization.NoteOfUnits(text.Value)
            : null;

    private static T Word<T>(ParseResult parsed, Option<string> option, T otherwise)
        where T : struct, Enum =>
        IsGiven(parsed, option) ? EnumWords<T>.Parse(parsed.GetRequiredValue(option)) : otherwise;

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>The files of <c>--weights</c>, which exist, as many as the command takes.</summary>
    /// <exception cref="InputException">A file is missing, or there are too few or too many.</exception>
    public IReadOnlyList<string> WeightsOf(ParseResult parsed, int count) => WeightsOf(parsed, count, count);

    /// <summary>The same for a command that takes a range of numbers of files.</summary>
    /// <exception cref="InputException">As above.</exception>
    public IReadOnlyList<string> WeightsOf(ParseResult parsed, int least, int most)
    {
        var files = WeightsGiven(parsed);
        if (files.Length < least || files.Length > most)
        {
            var expected = least == most ? $"{least}" : $"at least {least}";
            if (parsed.GetResult(Weights) is null)
            {
                throw new InputException($"--weights is missing; this command takes {expected} weights files.");
            }

            var given = Counted.Text(files.Length, "file", "files");
            throw new InputException($"--weights was given {given}, but this command takes {expected}.");
        }

        return [.. files.Select(WeightsArgument.Existing)];
    }

    /// <summary>The weights files as they were given; a network from a file has weights of its own.</summary>
    public FileInfo[] WeightsGiven(ParseResult parsed) =>
        parsed.GetValue(Weights) is { Length: > 0 } files
            ? files
            : [.. parsed.GetRequiredValue(Network).Select(network => new FileInfo(network))];

    // As the parser says it of options that are always required.
    private void NeedWeights(OptionResult networks)
    {
        if (
            networks.GetResult(Weights) is null
            && networks.Tokens.FirstOrDefault(name => !NamedNetworks.IsFile(name.Value)) is { } named
        )
        {
            networks.AddError($"Option '{Weights.Name}' is required, since {named.Value} is not an ONNX file.");
        }
    }

    // As the default parser, except that an empty word is an error and not an exception.
    private static FileInfo[] Files(ArgumentResult result)
    {
        if (result.Tokens.Any(token => token.Value.Length == 0))
        {
            result.AddError("--weights names no file.");
            return [];
        }

        return [.. result.Tokens.Select(token => new FileInfo(token.Value))];
    }

    private static Normalization? Normalized(ArgumentResult result)
    {
        try
        {
            return Normalization.Parse(result.Tokens.Single().Value);
        }
        catch (InputException wrong)
        {
            result.AddError(wrong.Message);
            return null;
        }
    }
}
