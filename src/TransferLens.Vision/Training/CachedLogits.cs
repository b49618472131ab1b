using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>
/// The logits of the test images after the last epoch of a training run, stored next to its checkpoints. Later
/// evaluations of the same weights on the same images read them instead of computing the same bits again.
/// </summary>
internal static class CachedLogits
{
    private const string Name = "test-logits";
    private const string Condition = "of";

    // What logits depend on, besides the number of threads. Meaning is the version of what an evaluation computes.
    // Images is the name of their artifact's folder, which is the key of their task.
    private sealed record Origin(
        int Meaning,
        string Device,
        string Libtorch,
        string Network,
        int Classes,
        string Checkpoint,
        string Images,
        Normalization Normalize,
        Precision Precision,
        ShuffleSettings? Shuffle
    );

    /// <summary>Writes the logits after the last epoch.</summary>
    /// <param name="folder">The working folder of the training run.</param>
    /// <param name="measured">The evaluation after the last epoch.</param>
    public static void Write(string folder, EvaluationResult measured)
    {
        using var scope = NewDisposeScope();
        Write(folder, Evaluator.ToTensor(measured.Logits, measured.Classes), null);
    }

    /// <summary>
    /// Copies the logits into the artifact of the training run and records their origin there; does nothing without
    /// logits.
    /// </summary>
    /// <param name="from">The working folder of the training run.</param>
    /// <param name="artifact">The artifact's folder, with its checkpoints.</param>
    /// <param name="evaluation">The evaluation that would compute them, with the epoch as a number.</param>
    /// <param name="images">Folder of the test images' artifact.</param>
    public static void Copy(string from, string artifact, EvaluateTaskSettings evaluation, string images)
    {
        if (File.Exists(PathIn(from)))
        {
            using var stored = Safetensors.Read(PathIn(from));
            Write(artifact, stored[Name].alias(), DescribeOrigin(artifact, evaluation, images));
        }
    }

    /// <summary>The logits that an evaluation would compute; null if they were not stored.</summary>
    /// <param name="artifact">Folder of the artifact with the weights.</param>
    /// <param name="evaluation">The evaluation.</param>
    /// <param name="images">Folder of the images' artifact.</param>
    /// <returns>(images, classes), row by row.</returns>
    /// <exception cref="InputException">The checkpoint was not kept, or the file with the logits is
    /// damaged.</exception>
    public static float[]? Read(string artifact, EvaluateTaskSettings evaluation, string images)
    {
        var file = PathIn(artifact);
        if (!File.Exists(file))
        {
            return null;
        }

        var origin = Safetensors.ReadMetadata(file).GetValueOrDefault(Condition);
        if (origin != DescribeOrigin(artifact, evaluation, images))
        {
            return null;
        }

        using var stored = Safetensors.Read(file);
        return stored[Name].data<float>().ToArray();
    }

    private static void Write(string folder, Tensor logits, string? origin)
    {
        using var tensors = new StateDict([KeyValuePair.Create(Name, logits)]);
        var metadata = origin is null ? null : new Dictionary<string, string> { [Condition] = origin };
        Safetensors.Write(PathIn(folder), tensors, metadata);
    }

    private static string DescribeOrigin(string artifact, EvaluateTaskSettings evaluation, string images)
    {
        var origin = new Origin(
            StudyTasks.EvaluateKind.Version,
            ComputeDevice.Name,
            TensorRuntime.Software["libtorch"],
            evaluation.Network,
            evaluation.Classes,
            Path.GetFileName(CheckpointFiles.Find(artifact, evaluation.Checkpoint)),
            Path.GetFileName(Path.TrimEndingDirectorySeparator(images)),
            evaluation.Normalize,
            evaluation.Precision,
            evaluation.Shuffle
        );
        return TaskSettings.Write(origin).ToJsonString();
    }

    private static string PathIn(string folder) => Path.Combine(folder, $"{Name}.safetensors");
}
