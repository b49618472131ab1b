using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Plans;

/// <summary>Makes the tasks that every study has: images, weights from a file, trainings and their evaluation.</summary>
public static class StudyTasks
{
    /// <summary>Decodes images.</summary>
    public static TaskKind ImagesKind { get; } = new("images", 1, TaskTraits.DecodesImages);

    /// <summary>Takes P from files.</summary>
    public static TaskKind ImportWeightsKind { get; } = new("import_weights", 1, TaskTraits.ImportsWeights);

    /// <summary>Trains a network.</summary>
    public static TaskKind TrainKind { get; } = new("train", 2, TaskTraits.Trains | TaskTraits.LeavesCurve);

    /// <summary>Evaluates a checkpoint of a training run.</summary>
    public static TaskKind EvaluateKind { get; } = new("evaluate", 2);

    /// <summary>Decodes images.</summary>
    /// <param name="source">Where they lie.</param>
    /// <param name="images">What is in it.</param>
    /// <param name="settings">What they are brought to.</param>
    /// <param name="skipBad">Leave out what cannot be decoded.</param>
    /// <param name="classes">What labels count.</param>
    /// <param name="title">A few words for people.</param>
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
            ),
            Locations = new JsonObject { ["source"] = StudyJson.Of(source) },
            Title = title,
        };

    /// <summary>Takes P from files.</summary>
    /// <param name="files">P's checkpoints with their digests, in the order of their training; the last is P.</param>
    /// <param name="network">The network that they fit.</param>
    public static TaskSpec ImportWeights(ImmutableArray<(string Path, string Sha256)> files, string network) =>
        new()
        {
            Kind = ImportWeightsKind,
            Settings = TaskSettings.Write(
                new ImportWeightsTaskSettings(
                    files[^1].Sha256,
                    network,
                    files.Length > 1 ? [.. files[..^1].Select(file => file.Sha256)] : null
                )
            ),
            Locations = new JsonObject { ["weights"] = new JsonArray([.. files.Select(file => (JsonNode)file.Path)]) },
            Title =
                $"take P from {Path.GetFileName(files[^1].Path)}{(files.Length > 1 ? $" and {files.Length - 1} checkpoints before it" : "")}",
        };

    /// <summary>Trains a network.</summary>
    /// <param name="settings">How.</param>
    /// <param name="train">The task that makes the training images.</param>
    /// <param name="test">The task that makes the test images.</param>
    /// <param name="pretrained">The task that makes P; null for random weights.</param>
    /// <param name="title">A few words for people.</param>
    /// <param name="cost">Images passed forward; a backward pass counts as two.</param>
    public static TaskSpec Train(
        TrainTaskSettings settings,
        TaskSpec train,
        TaskSpec test,
        TaskSpec? pretrained,
        string title,
        double cost
    ) =>
        pretrained is null
            ? TrainKind.CreateTask(settings, title, cost, ("train", train), ("test", test))
            : TrainKind.CreateTask(settings, title, cost, ("train", train), ("test", test), ("pretrained", pretrained));

    /// <summary>Evaluates a checkpoint of a training.</summary>
    /// <param name="settings">How.</param>
    /// <param name="weights">The training, or the weights from a file.</param>
    /// <param name="images">The task that makes the images.</param>
    /// <param name="title">A few words for people.</param>
    /// <param name="cost">Images passed forward.</param>
    public static TaskSpec Evaluate(
        EvaluateTaskSettings settings,
        TaskSpec weights,
        TaskSpec images,
        string title,
        double cost
    ) => EvaluateKind.CreateTask(settings, title, cost, ("weights", weights), ("images", images));

    /// <summary>Inputs by role, in the order that keys are made from.</summary>
    public static ImmutableSortedDictionary<string, TaskSpec> Roles(params (string Role, TaskSpec Task)[] inputs) =>
        inputs.ToImmutableSortedDictionary(input => input.Role, input => input.Task, StringComparer.Ordinal);
}
