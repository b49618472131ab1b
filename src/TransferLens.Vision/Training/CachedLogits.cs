using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>
/// The logits of the test images after a training's last epoch, beside its checkpoints: who evaluates those weights on those
/// images in the same way takes them, instead of computing the same bits again.
/// </summary>
internal static class CachedLogits
{
    private const string Name = "test-logits";
    private const string Condition = "of";

    // What logits depend on, beside the number of threads. Meaning: the version of what an evaluation is. Images: the name of their
    // artifact's folder, which is their task's key.
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

    /// <summary>Writes what a training measured after its last epoch.</summary>
    /// <param name="folder">The training's folder.</param>
    /// <param name="measured">What it measured.</param>
    public static void Write(string folder, EvaluationResult measured)
    {
        using var scope = NewDisposeScope();
        Write(folder, Evaluator.ToTensor(measured.Logits, measured.Classes), null);
    }

    /// <summary>Copies them into the artifact of the training, and says there what they are of. Does nothing where there are none.</summary>
    /// <param name="from">The training's folder.</param>
    /// <param name="artifact">The artifact's folder, its checkpoints in it.</param>
    /// <param name="evaluation">The evaluation that would give them, of an epoch given as a number.</param>
    /// <param name="images">Folder of the test images' artifact.</param>
    public static void Copy(string from, string artifact, EvaluateTaskSettings evaluation, string images)
    {
        if (File.Exists(Of(from)))
        {
            using var kept = Safetensors.Read(Of(from));
            Write(artifact, kept[Name].alias(), OriginOf(artifact, evaluation, images));
        }
    }

    /// <summary>The logits that an evaluation would compute; null where they were not kept.</summary>
    /// <param name="artifact">Folder of the artifact that has the weights.</param>
    /// <param name="evaluation">The evaluation.</param>
    /// <param name="images">Folder of the images' artifact.</param>
    /// <returns>Images x classes, row by row.</returns>
    /// <exception cref="InputException">That checkpoint was not kept, or the file of the logits is damaged.</exception>
    public static float[]? Read(string artifact, EvaluateTaskSettings evaluation, string images)
    {
        if (
            !File.Exists(Of(artifact))
            || Safetensors.ReadMetadata(Of(artifact)).GetValueOrDefault(Condition)
                != OriginOf(artifact, evaluation, images)
        )
        {
            return null;
        }

        using var kept = Safetensors.Read(Of(artifact));
        return kept[Name].data<float>().ToArray();
    }

    private static void Write(string folder, Tensor logits, string? origin)
    {
        using var tensors = new StateDict([KeyValuePair.Create(Name, logits)]);
        Safetensors.Write(
            Of(folder),
            tensors,
            origin is null ? null : new Dictionary<string, string> { [Condition] = origin }
        );
    }

    private static string OriginOf(string artifact, EvaluateTaskSettings evaluation, string images) =>
        TaskSettings
            .Write(
                new Origin(
                    StudyTasks.EvaluateKind.Version,
                    ComputeDevice.Name,
                    TensorRuntime.LibtorchVersion,
                    evaluation.Network,
                    evaluation.Classes,
                    Path.GetFileName(CheckpointFiles.Of(artifact, evaluation.Checkpoint)),
                    Path.GetFileName(Path.TrimEndingDirectorySeparator(images)),
                    evaluation.Normalize,
                    evaluation.Precision,
                    evaluation.Shuffle
                )
            )
            .ToJsonString();

    private static string Of(string folder) => Path.Combine(folder, $"{Name}.safetensors");
}
