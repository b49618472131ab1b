using System.CommandLine;
using TransferLens.Cli.Output;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Cli.Options;

/// <summary>Turns the shared options into what an analysis takes: networks, images, settings.</summary>
internal static class AnalysisInputs
{
    /// <summary>Checks what can be checked before anything is loaded, and sets the device and the number of threads.</summary>
    /// <exception cref="InputException">The network is not known, cannot take the images' size, the device is not at hand, or a number is out of range.</exception>
    public static EvaluationSettings Prepare(AnalysisOptions options, ParseResult parsed)
    {
        ComputeDevice.Use(parsed.GetValue(options.Device));
        var batch = parsed.GetValue(options.BatchSize);
        if (batch < 1)
        {
            throw new InputException($"--batch-size is {batch}, but it must be at least 1.");
        }

        var images = options.ImagesOf(parsed);
        foreach (var network in parsed.GetRequiredValue(options.Network))
        {
            Networks.Find(network).CheckSize(images.Size);
        }

        Threading.Use(parsed.GetValue(options.Threads));
        return new(images.Normalize, batch, options.PrecisionOf(parsed))
        {
            Metric = parsed.GetValue(options.Metric) is { } metric ? Metrics.Find(metric) : null,
        };
    }

    /// <summary>The network with weights from a file; as many classes as the head in the file has.</summary>
    /// <exception cref="InputException">The file cannot be read, does not fit the network, holds a value that is not finite, or has another number of classes than --classes.</exception>
    public static Network Network(AnalysisOptions options, ParseResult parsed, string file) =>
        Network(options, parsed, file, options.NetworkOf(parsed));

    /// <summary>The same, of a network named here: for commands that take two.</summary>
    /// <exception cref="InputException">As above.</exception>
    public static Network Network(AnalysisOptions options, ParseResult parsed, string file, string name)
    {
        var network = Load(file, name);
        var classes = network.state_dict()[$"{network.Head.Name}.weight"].shape[0];
        if (parsed.GetValue(options.Classes) is { } asked && asked != classes)
        {
            network.Dispose();
            throw new InputException(
                $"--classes is {asked}, but the head in '{file}' has {classes} classes; leave --classes out, or give other weights."
            );
        }

        return network;
    }

    /// <summary>The network with weights from a file, each of them a finite number.</summary>
    /// <exception cref="InputException">The file cannot be read, does not fit the network, or holds a value that is infinite or not a number; its tensor is named.</exception>
    public static Network Load(string file, string name)
    {
        using var weights = Checkpoint.Read(file);
        var network = Networks.Create(name, NetworkFit.Classes(name, weights), seed: 0);
        WeightsLoader.Load(network, weights, newHead: false);
        using var scope = NewDisposeScope();
        if (network.state_dict().FirstOrDefault(entry => !entry.Value.isfinite().all().item<bool>()).Key is { } tensor)
        {
            network.Dispose();
            throw new InputException(
                $"The tensor '{tensor}' in '{file}' holds values that are infinite or not numbers; use weights of a training that did not diverge."
            );
        }

        return network;
    }

    /// <summary>The same weights by name, with counts of batches, which a file may lack.</summary>
    /// <exception cref="InputException">As above.</exception>
    public static StateDict Weights(string file, string name)
    {
        using var network = Load(file, name);
        return StateDict.Of(network);
    }

    /// <summary>Images whose labels count, of the classes that the network's head has.</summary>
    /// <param name="options">The options.</param>
    /// <param name="parsed">Their values.</param>
    /// <param name="file">The file of the network's weights.</param>
    /// <param name="network">The network.</param>
    /// <param name="cancellationToken">Asks to stop.</param>
    /// <param name="option">The option that names the images; --data unless given.</param>
    /// <exception cref="InputException">The images cannot be used, or have more or fewer classes than the head: their labels would say nothing.</exception>
    public static ImageSet Labelled(
        AnalysisOptions options,
        ParseResult parsed,
        string file,
        Network network,
        CancellationToken cancellationToken,
        Option<string>? option = null
    )
    {
        var source = options.SourceOf(parsed, option);
        var images = ImageFormats.Open(source);
        var classes = network.state_dict()[$"{network.Head.Name}.weight"].shape[0];
        return classes == images.Classes.Length
            ? Decoded(options, parsed, images, cancellationToken)
            : throw new InputException(
                $"The head in '{file}' has {classes} classes, the images in '{source.Location}' have {images.Classes.Length}; use images of the head's classes or other weights."
            );
    }

    /// <summary>The images that --data names, whatever their labels; decoded on first use.</summary>
    /// <exception cref="InputException">The images cannot be used.</exception>
    public static ImageSet Images(AnalysisOptions options, ParseResult parsed, CancellationToken cancellationToken) =>
        Decoded(options, parsed, ImageFormats.Open(options.SourceOf(parsed)), cancellationToken);

    /// <summary>
    /// The images that an option names to recompute running statistics from: all of them, since --limit is for what is
    /// measured; as limited as those of --data only where they are the same images.
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
        if (images.Skipped > 0)
        {
            Console.Error.WriteLine(SkippedImages.Sentence(images.Skipped)); // not among the numbers that another program may read
        }

        return images;
    }
}
