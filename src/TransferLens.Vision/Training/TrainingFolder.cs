using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Storage;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>
/// The files of one training: <c>checkpoints/epoch-NNN.safetensors</c>, and what it needs to go on after its last whole
/// epoch. The latter is two files, the second of which appears by a rename when both are whole.
/// </summary>
/// <param name="folder">Where they lie.</param>
/// <param name="metric">What the training is judged by.</param>
internal sealed class TrainingFolder(string folder, Metric metric)
{
    /// <summary>What is known after an epoch, beside the tensors.</summary>
    public sealed record State(long Steps, ImmutableArray<TrainingEpoch> Epochs, ImmutableArray<int> Kept, int Best);

    /// <summary>Writes weights as the checkpoint of an epoch.</summary>
    public void Keep(int epoch, StateDict weights)
    {
        var path = CheckpointFiles.Of(folder, epoch);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Safetensors.Write(path, weights);
    }

    /// <summary>Writes the logits of the test images, for whom they spare computing them again.</summary>
    public void CacheLogits(EvaluationResult measured) => CachedLogits.Write(folder, measured);

    /// <summary>Removes the checkpoint of an epoch.</summary>
    public void Forget(int epoch) => File.Delete(CheckpointFiles.Of(folder, epoch));

    /// <summary>Writes what the training needs to go on after an epoch, and removes what it needed before.</summary>
    public void Save(State state, StateDict weights, Optimizer optimizer)
    {
        var epoch = state.Epochs[^1].Epoch;
        using var scope = NewDisposeScope();
        using var tensors = new StateDict([
            .. weights.Select(entry => KeyValuePair.Create($"weights.{entry.Key}", entry.Value.alias())),
            .. optimizer.State().Select(entry => KeyValuePair.Create($"optimizer.{entry.Key}", entry.Value)),
        ]);
        DurableFile.Write(Json(epoch), JsonSerializer.Serialize(state, metric.Json));
        Safetensors.Write(Tensors(epoch), tensors);
        foreach (var old in Saved().Where(saved => saved < epoch))
        {
            File.Delete(Tensors(old));
            File.Delete(Json(old));
        }
    }

    /// <summary>Puts the latest saved state back; null when there is none.</summary>
    public State? Restore(nn.Module network, Optimizer optimizer)
    {
        if (Saved().DefaultIfEmpty(-1).Max() is not (>= 0 and var epoch))
        {
            return null;
        }

        State state;
        try
        {
            state = JsonSerializer.Deserialize<State>(File.ReadAllText(Json(epoch)), metric.Json)!;
        }
        catch (Exception failure) when (failure is JsonException or FileNotFoundException)
        {
            return null; // A disk that lost what it was told to keep: the training begins anew.
        }

        using var tensors = Safetensors.Read(Tensors(epoch));
        Part(tensors, "weights.", weights => weights.CopyTo(network));
        Part(tensors, "optimizer.", saved => optimizer.Restore(saved, state.Steps));
        return state;
    }

    private static void Part(StateDict tensors, string prefix, Action<StateDict> use)
    {
        using var scope = NewDisposeScope();
        using var part = new StateDict(
            tensors
                .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
                .Select(entry => KeyValuePair.Create(entry.Key[prefix.Length..], entry.Value.alias()))
        );
        use(part);
    }

    private List<int> Saved() =>
        [
            .. Directory
                .GetFiles(folder, "resume-*.safetensors")
                .Select(path =>
                    int.Parse(Path.GetFileNameWithoutExtension(path)["resume-".Length..], CultureInfo.InvariantCulture)
                ),
        ];

    private string Tensors(int epoch) => Path.Combine(folder, $"resume-{epoch:000}.safetensors");

    private string Json(int epoch) => Path.Combine(folder, $"resume-{epoch:000}.json");
}
