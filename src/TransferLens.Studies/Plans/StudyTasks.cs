using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Plans;

/// <summary>Makes the tasks that every study has: images, weights from a file, trainings and their evaluation.</summary>
public static class StudyTasks
{
    /// <summary>Version of what a task of kind <c>evaluate</c> means.</summary>
    public const int EvaluateVersion = 2;

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
            Kind = "images",
            Version = 1,
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
            Kind = "import_weights",
            Version = 1,
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
        new()
        {
            Kind = "train",
            Version = 2,
            Settings = TaskSettings.Write(settings),
            Inputs = pretrained is null
                ? Roles(("train", train), ("test", test))
                : Roles(("train", train), ("test", test), ("pretrained", pretrained)),
            Title = title,
            Cost = cost,
        };

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
    ) =>
        new()
        {
            Kind = "evaluate",
            Version = EvaluateVersion,
            Settings = TaskSettings.Write(settings),
            Inputs = Roles(("weights", weights), ("images", images)),
            Title = title,
            Cost = cost,
        };

    /// <summary>Inputs by role, in the order that keys are made from.</summary>
    public static ImmutableSortedDictionary<string, TaskSpec> Roles(params (string Role, TaskSpec Task)[] inputs) =>
        inputs.ToImmutableSortedDictionary(input => input.Role, input => input.Task, StringComparer.Ordinal);
}
