using System.Collections.Immutable;
using System.CommandLine;
using TransferLens.Cli.Output;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Cli.Options;

/// <summary>Turns the shared options into networks, images and settings of an analysis.</summary>
internal static class AnalysisInputs
{
    /// <summary>
    /// Checks what can be checked before anything is loaded, and sets the device and the number of threads.
    /// </summary>
    /// <exception cref="InputException">
    /// The network is unknown or does not accept the images' size, the device is not available, or a number is out of
    /// range.
    /// </exception>
    public static EvaluationSettings Prepare(AnalysisOptions options, ParseResult parsed)
    {
        ComputeDevice.Use(parsed.GetValue(options.Device));
        var batch = parsed.GetValue(options.BatchSize);
        if (batch < 1)
        {
            throw new InputException($"--batch-size is {batch}, but must be at least 1.");
        }

        var images = options.ImagesOf(parsed);
        foreach (var note in options.StatedBesideWeights(parsed)?.Notes(images) ?? [])
        {
            InputNotes.Add(note);
        }

        if (options.NoteOfUnits(parsed) is { } units)
        {
            InputNotes.Add(units);
        }

        if (options.NoteOfPrecision(parsed) is { } precision)
        {
            InputNotes.Add(precision);
        }

        foreach (var network in parsed.GetRequiredValue(options.Network))
        {
            NamedNetworks.Find(network).CheckSize(images.Size);
        }

        Threading.Use(ThreadCount.Capped(parsed.GetValue(options.Threads)));
        return new(images.Normalize, batch, options.PrecisionOf(parsed))
        {
            Metric = parsed.GetValue(options.Metric) is { } metric ? Metrics.Find(metric) : null,
        };
    }

    /// <summary>The network with weights from a file, with as many classes as the head in the file.</summary>
    /// <exception cref="InputException">
    /// The file cannot be read, does not fit the network, contains a value that is not finite, or has another number of
    /// classes than --classes.
    /// </exception>
    public static Network Network(AnalysisOptions options, ParseResult parsed, string file) =>
        Network(options, parsed, file, options.NetworkOf(parsed));

    /// <summary>The same for a network given by name: for commands that take two.</summary>
    /// <exception cref="InputException">As above.</exception>
    public static Network Network(AnalysisOptions options, ParseResult parsed, string file, string name)
    {
        var network = Load(file, name, parsed.GetValue(options.WeightsKey));
        var classes = Classes(network);
        if (parsed.GetValue(options.Classes) is { } expected && expected != classes)
        {
            network.Dispose();
            throw new InputException(
                $"--classes is {expected}, but the head in '{file}' has {Counted.Classes(classes)}. "
                    + "Remove --classes, or give other weights."
            );
        }

        return network;
    }

    /// <summary>Number of outputs of a network's head.</summary>
    public static long Classes(Network network) => network.state_dict()[$"{network.Head.Name}.weight"].shape[0];

    /// <summary>The network with weights from a file, all of them finite.</summary>
    /// <param name="file">The file or folder.</param>
    /// <param name="name">Name of the network.</param>
    /// <param name="key">Which of several state dicts; null to choose.</param>
    /// <exception cref="InputException">
    /// The file cannot be read, does not fit the network, has no head, or contains a value that is not finite; its
    /// tensor is named.
    /// </exception>
    public static Network Load(string file, string name, string? key = null)
    {
        var architecture = NamedNetworks.Find(name);
        using var read = Checkpoint.Read(file, architecture, key);
        if (read.Classes is null)
        {
            throw NoHead(file, architecture, read.Notes);
        }

        return Create(architecture, read, file, newHead: false);
    }

    /// <summary>The network of a command with weights from a file whose head is not used, or missing.</summary>
    /// <param name="options">The options.</param>
    /// <param name="parsed">Their values.</param>
    /// <param name="file">The file or folder.</param>
    /// <param name="randomSeed">Seed of the same network with random weights; null for none.</param>
    /// <returns>Both, with a head of one output; the caller disposes them.</returns>
    /// <exception cref="InputException">
    /// The file cannot be read, does not fit the network, or contains a value that is not finite.
    /// </exception>
    public static (Network Network, Network? Random) WithoutHead(
        AnalysisOptions options,
        ParseResult parsed,
        string file,
        int? randomSeed
    )
    {
        var architecture = NamedNetworks.Find(options.NetworkOf(parsed));
        using var read = Checkpoint.Read(file, architecture, parsed.GetValue(options.WeightsKey));
        if (read is { Classes: null, Notes.Quantized: not null })
        {
            throw NoHead(file, architecture, read.Notes);
        }

        var network = Create(architecture, read, file, newHead: true);
        return (
            network,
            randomSeed is { } seed ? architecture.VariantFor(read.Weights).Create(classes: 1, seed) : null
        );
    }

    /// <summary>The same for weights whose head may be missing: then it has a single output of zeros.</summary>
    /// <param name="options">The options.</param>
    /// <param name="parsed">Their values.</param>
    /// <param name="file">The file or folder.</param>
    /// <param name="hasHead">Whether the weights have a head.</param>
    /// <exception cref="InputException">As above.</exception>
    public static Network WithOwnHead(AnalysisOptions options, ParseResult parsed, string file, out bool hasHead)
    {
        var architecture = NamedNetworks.Find(options.NetworkOf(parsed));
        using var read = Checkpoint.Read(file, architecture, parsed.GetValue(options.WeightsKey));
        hasHead = read.Classes is not null;
        var network = Create(architecture, read, file, newHead: !hasHead);
        if (!hasHead)
        {
            ZeroHead(network);
        }

        return network;
    }

    /// <summary>
    /// Training images, and the images of --data with their classes; --limit applies to each of the two.
    /// </summary>
    /// <param name="options">The options.</param>
    /// <param name="parsed">Their values.</param>
    /// <param name="training">The option that names the training images.</param>
    /// <param name="cancellationToken">Cancels the decoding.</param>
    /// <exception cref="InputException">The images cannot be used, or --data has other classes.</exception>
    public static (ImageSet Train, ImageSet Test) TrainAndTest(
        AnalysisOptions options,
        ParseResult parsed,
        Option<string> training,
        CancellationToken cancellationToken
    )
    {
        var names = options.ClassNamesOf(parsed);
        var known = ImageFormats.Open(options.SourceOf(parsed, training) with { Classes = names });
        var asked = ImageFormats.Open(options.SourceOf(parsed) with { Classes = names });
        if (known.Labels.IsMultiLabel != asked.Labels.IsMultiLabel)
        {
            var (several, one) = known.Labels.IsMultiLabel ? (training.Name, "--data") : ("--data", training.Name);
            throw new InputException(
                $"The images of {several} are multi-label, but those of {one} have one class each. "
                    + "Give both the same kind of labels."
            );
        }

        var aligned = AlignedImageSource.Create(asked, known.Classes);
        var train = Decoded(options, parsed, known, cancellationToken);
        try
        {
            return (train, Decoded(options, parsed, aligned, cancellationToken));
        }
        catch
        {
            train.Dispose();
            throw;
        }
    }

    // A new head has one output.
    private static Network Create(NetworkArchitecture architecture, CheckpointWeights read, string file, bool newHead)
    {
        WeightsNotes.Add(file, read.Notes);
        var classes = newHead ? 1 : read.Classes!.Value;
        var network = architecture.VariantFor(read.Weights).Create(classes, seed: 0);
        try
        {
            WeightsLoader.Load(network, read.Weights, newHead);
            CheckFinite(network, file);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static void ZeroHead(Network network)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var part in (string[])["weight", "bias"])
        {
            network.state_dict().GetValueOrDefault($"{network.Head.Name}.{part}")?.zero_();
        }
    }

    private static InputException NoHead(string file, NetworkArchitecture network, CheckpointNotes notes)
    {
        var missing = $"'{network.Head}.weight' is missing or of another width";
        var several = string.Join(", ", notes.PossibleHeads);
        var why = notes switch
        {
            { Quantized: { } quantized } => $"what is left is {quantized}. {Quantization.Advice}.",
            { PossibleHeads: [] } =>
                $"{missing}. Fine-tune them in a study, which adds a head, or give weights with one.",
            _ => $"{missing}, and several layers could be it: {several}. Rename one of them to '{network.Head}' in "
                + "Python, or fine-tune the weights in a study, which adds a head.",
        };
        return new($"The weights in '{file}' have no head for {network.Title}: {why}");
    }

    private static void CheckFinite(Network network, string file)
    {
        using var scope = NewDisposeScope();
        if (network.state_dict().FirstOrDefault(entry => !entry.Value.isfinite().all().item<bool>()).Key is { } tensor)
        {
            throw new InputException(
                $"The tensor '{tensor}' in '{file}' contains values that are infinite or not numbers. "
                    + "Use weights of a run that did not diverge."
            );
        }
    }

    /// <summary>The same weights by name, with batch counts, which a file may lack.</summary>
    /// <exception cref="InputException">As above.</exception>
    public static StateDict Weights(string file, string name, string? key = null)
    {
        using var network = Load(file, name, key);
        return StateDict.Of(network);
    }

    /// <summary>Images with the classes of the network's head.</summary>
    /// <param name="options">The options.</param>
    /// <param name="parsed">Their values.</param>
    /// <param name="file">The file of the network's weights.</param>
    /// <param name="network">The network.</param>
    /// <param name="cancellationToken">Cancels the decoding.</param>
    /// <param name="option">The option that names the images; --data by default.</param>
    /// <param name="classNames">The option that names their classes; --class-names by default.</param>
    /// <exception cref="InputException">
    /// The images cannot be used, or have another number of classes than the head.
    /// </exception>
    public static ImageSet Labelled(
        AnalysisOptions options,
        ParseResult parsed,
        string file,
        Network network,
        CancellationToken cancellationToken,
        Option<string>? option = null,
        Option<string?>? classNames = null
    )
    {
        var given = options.ClassNamesOf(parsed, classNames);
        var source = options.SourceOf(parsed, option) with { Classes = given };
        var classes = (int)Classes(network);
        var listed = ImageFormats.Open(source);
        var stated = StatedClasses.Find(file, listed, classes);
        if (source.Classes is null && stated?.Order is { } order && !order.SequenceEqual(listed.Classes))
        {
            source = source with { Classes = order };
            listed = ImageFormats.Open(source);
        }

        var images = NamedImageSource.KeepPlaces(listed, classes);
        if (classes != images.Classes.Length)
        {
            var named = (classNames ?? options.ClassNamesFile).Name;
            throw OtherClasses(file, classes, images.Classes, source, named);
        }

        var decoded = Decoded(options, parsed, images, cancellationToken);
        foreach (var line in ClassNote.Lines(images.Classes, source, stated, given is not null))
        {
            InputNotes.Add(line);
        }

        return decoded;
    }

    private static InputException OtherClasses(
        string file,
        int classes,
        ImmutableArray<string> found,
        DataSource source,
        string option
    ) =>
        new(
            $"The head in '{file}' has {Counted.Classes(classes)}, but "
                + (
                    source.Classes is null
                        ? $"the images in '{source.Location}' have {found.Length} ({ClassOrder.List(found)}). Use "
                            + $"images of the head's classes, or name all of them in their order with {option}; "
                            + "a class may have no images."
                        : $"{option} has {found.Length} names. Name every class of the head in its order."
                )
        );

    /// <summary>The images that --data names, whatever their labels; decoded on first use.</summary>
    /// <exception cref="InputException">The images cannot be used.</exception>
    public static ImageSet Images(AnalysisOptions options, ParseResult parsed, CancellationToken cancellationToken) =>
        Decoded(options, parsed, ImageFormats.Open(options.SourceOf(parsed)), cancellationToken);

    /// <summary>
    /// The images of an option to recompute running statistics from. --limit applies only if they are the images of
    /// --data, since it limits what is measured.
    /// </summary>
    /// <exception cref="InputException">The images cannot be used.</exception>
    public static ImageSet ForStatistics(
        AnalysisOptions options,
        ParseResult parsed,
        Option<string> option,
        CancellationToken cancellationToken
    )
    {
        var (source, data) = (options.SourceOf(parsed, option), options.SourceOf(parsed));
        var same =
            source.Format == data.Format
            && Path.TrimEndingDirectorySeparator(source.Location) == Path.TrimEndingDirectorySeparator(data.Location);
        return Decoded(
            options,
            parsed,
            ImageFormats.Open(same ? source : source with { Limit = null }),
            cancellationToken
        );
    }

    private static ImageSet Decoded(
        AnalysisOptions options,
        ParseResult parsed,
        IImageSource source,
        CancellationToken cancellationToken
    )
    {
        using var progress = new ProgressLine("decoding");
        var images = ImageCache.OpenOrBuild(
            source,
            options.ImagesOf(parsed),
            parsed.GetValue(options.SkipBadImages),
            progress,
            cancellationToken
        );
        progress.Dispose();
        foreach (var note in SkippedImages.Notes(source, images))
        {
            InputNotes.Add(note);
        }

        return images;
    }
}
