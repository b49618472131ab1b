using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Storage;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>
/// The files of one training run: <c>checkpoints/epoch-NNN.safetensors</c>, and two files to resume after the last
/// complete epoch. The second of these appears by a rename, when both are complete.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="metric">The metric of the run.</param>
internal sealed class TrainingFolder(string folder, Metric metric)
{
    /// <summary>The state after an epoch, besides the tensors.</summary>
    public sealed record State(long Steps, ImmutableArray<TrainingEpoch> Epochs, ImmutableArray<int> Kept, int Best)
    {
        /// <summary>Whether the last epoch diverged; such a state is never saved.</summary>
        [JsonIgnore]
        public bool Diverged { get; init; }
    }

    /// <summary>Writes weights as the checkpoint of an epoch.</summary>
    public void SaveCheckpoint(int epoch, StateDict weights)
    {
        var path = CheckpointFiles.PathOf(folder, epoch);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Safetensors.Write(path, weights);
    }

    /// <summary>Writes the logits of the test images, so that later evaluations can reuse them.</summary>
    public void CacheLogits(EvaluationResult measured) => CachedLogits.Write(folder, measured);

    /// <summary>Removes the checkpoint of an epoch.</summary>
    public void DeleteCheckpoint(int epoch) => File.Delete(CheckpointFiles.PathOf(folder, epoch));

    /// <summary>Writes what resuming after an epoch needs, and deletes the files of the epoch before.</summary>
    /// <param name="state">The state.</param>
    /// <param name="weights">The network's weights, low-rank updates merged.</param>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="updates">Low-rank updates; null for none.</param>
    public void Save(State state, StateDict weights, Optimizer optimizer, LowRankUpdates? updates)
    {
        var epoch = state.Epochs[^1].Epoch;
        using var scope = NewDisposeScope();
        using var tensors = new StateDict([
            .. weights.Select(entry => KeyValuePair.Create($"weights.{entry.Key}", entry.Value.alias())),
            .. optimizer.State().Select(entry => KeyValuePair.Create($"optimizer.{entry.Key}", entry.Value)),
            .. (updates?.State() ?? []).Select(entry => KeyValuePair.Create($"updates.{entry.Key}", entry.Value)),
        ]);
        DurableFile.Write(Json(epoch), JsonSerializer.Serialize(state, metric.Json));
        Safetensors.Write(Tensors(epoch), tensors);
        foreach (var old in Saved().Where(saved => saved < epoch))
        {
            File.Delete(Tensors(old));
            File.Delete(Json(old));
        }
    }

    /// <summary>Whether there is a saved state.</summary>
    public bool HasSaved => Saved().Count > 0;

    /// <summary>The weights before any step, of a run with a saved state.</summary>
    public StateDict ReadInitial() => Safetensors.Read(CheckpointFiles.PathOf(folder, 0));

    /// <summary>Restores the latest saved state; null if there is none.</summary>
    public State? Restore(nn.Module network, Optimizer optimizer, LowRankUpdates? updates = null)
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
            return null; // The disk lost a file that was flushed: the run restarts.
        }

        using var tensors = Safetensors.Read(Tensors(epoch));
        Load(tensors, "weights.", weights => weights.CopyTo(network));
        Load(tensors, "optimizer.", saved => optimizer.Restore(saved, state.Steps));
        Load(tensors, "updates.", saved => updates?.Restore(saved));
        return state;
    }

    private static void Load(StateDict tensors, string prefix, Action<StateDict> use)
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
