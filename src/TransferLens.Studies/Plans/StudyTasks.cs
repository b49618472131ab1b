using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Plans;

/// <summary>
/// Creates the tasks that all studies share: images, imported weights, training runs and their evaluation.
/// </summary>
internal static class StudyTasks
{
    /// <summary>Decodes images.</summary>
    public static TaskKind ImagesKind { get; } = new("images", 1, TaskTraits.DecodesImages);

    /// <summary>Reads P, the pretrained weights, from files.</summary>
    public static TaskKind ImportWeightsKind { get; } = new("import_weights", 1, TaskTraits.ImportsWeights);

    /// <summary>Trains a network.</summary>
    public static TaskKind TrainKind { get; } = new("train", 3, TaskTraits.Trains | TaskTraits.LeavesCurve);

    /// <summary>Evaluates a checkpoint of a training run.</summary>
    public static TaskKind EvaluateKind { get; } = new("evaluate", 4);

    /// <summary>Decodes images.</summary>
    /// <param name="source">The data set.</param>
    /// <param name="images">Its content.</param>
    /// <param name="settings">Preprocessing.</param>
    /// <param name="skipBad">Leave out images that cannot be decoded.</param>
    /// <param name="classes">The classes to which labels refer.</param>
    /// <param name="title">A short description.</param>
    public static TaskSpec Images(
        DataSource source,
        ImagesDescription images,
        ImageSettings settings,
        bool skipBad,
        ImmutableArray<string> classes,
        string title
    ) =>
        new()
        {
            Kind = ImagesKind,
            Settings = TaskSettings.Write(
                new ImagesTaskSettings(images.Digest, settings.Size, settings.Resize, skipBad, classes)
                {
                    Interpolation = settings.Interpolation,
                    ResizeMode = settings.ResizeMode,
                }
            ),
            Locations = new JsonObject { ["source"] = StudyJson.Write(source) },
            Title = title,
        };

    /// <summary>Reads P, the pretrained weights, from files.</summary>
    /// <param name="files">P's checkpoints with their digests, in order of training; the last is P.</param>
    /// <param name="name">What P is called in the title.</param>
    /// <param name="network">Name of the network.</param>
    /// <param name="key">Which of several state dicts in the files; null where there is no choice.</param>
    public static TaskSpec ImportWeights(
        ImmutableArray<(string Path, string Sha256)> files,
        string name,
        string network,
        string? key = null
    )
    {
        var last = files[^1];
        var earlier = files[..^1];
        string[]? digests = earlier.IsEmpty ? null : [.. earlier.Select(file => file.Sha256)];
        var title = $"read P from {name}";
        return new()
        {
            Kind = ImportWeightsKind,
            Settings = TaskSettings.Write(new ImportWeightsTaskSettings(last.Sha256, network, digests, key)),
            Locations = new JsonObject { ["weights"] = new JsonArray([.. files.Select(file => (JsonNode)file.Path)]) },
            Title = earlier.IsEmpty ? title : $"{title} and {earlier.Length} earlier checkpoints",
        };
    }

    /// <summary>Trains a network.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="train">The task that decodes the training images.</param>
    /// <param name="test">The task that decodes the test images.</param>
    /// <param name="pretrained">The task that produces P; null for random weights.</param>
    /// <param name="title">A short description.</param>
    /// <param name="cost">Forward passes of an image; a backward pass counts as two.</param>
    /// <param name="validation">
    /// The task that decodes the images on which the best epoch is chosen; null for the test images.
    /// </param>
    public static TaskSpec Train(
        TrainTaskSettings settings,
        TaskSpec train,
        TaskSpec test,
        TaskSpec? pretrained,
        string title,
        double cost,
        TaskSpec? validation = null
    )
    {
        (string Role, TaskSpec? Task)[] inputs =
        [
            ("train", train),
            ("test", test),
            ("validation", validation),
            ("pretrained", pretrained),
        ];
        return TrainKind.CreateTask(
            settings,
            title,
            cost,
            inputs.Where(input => input.Task is not null).Select(input => (input.Role, input.Task!))
        );
    }

    /// <summary>Evaluates a checkpoint.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="weights">The task that trained or imported the weights.</param>
    /// <param name="images">The task that decodes the images.</param>
    /// <param name="title">A short description.</param>
    /// <param name="cost">Forward passes of an image.</param>
    public static TaskSpec Evaluate(
        EvaluateTaskSettings settings,
        TaskSpec weights,
        TaskSpec images,
        string title,
        double cost
    ) => EvaluateKind.CreateTask(settings, title, cost, ("weights", weights), ("images", images));
}
