using System.Collections.Immutable;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>Values of one module while all others stay trained.</summary>
/// <param name="Module">The module.</param>
/// <param name="Count">Number of values.</param>
/// <param name="Open">
/// Called once per batch, inside a dispose scope; returns an action that writes value i into the network.
/// </param>
internal sealed record ModuleVariants(NetworkModule Module, int Count, Func<Action<int>> Open)
{
    /// <summary>
    /// Called after the trained module has been written back: undoes what <see cref="Open"/> changed besides it; null
    /// for nothing.
    /// </summary>
    public Action? Close { get; init; }
}

/// <summary>
/// Evaluates a network with one module changed at a time. For each batch, modules are visited in order, and the
/// activation before the current module is computed once for all of its values. The total cost is about half that of
/// evaluating each changed network from the images. Memory: one activation, independent of the number of images.
/// </summary>
internal sealed class ModuleSweep : IDisposable
{
    private readonly Network network;
    private readonly StateDict original;
    private readonly StateDict trained;
    private readonly bool wasTraining;

    /// <summary>Writes the trained weights into the network; disposing restores the original ones.</summary>
    public ModuleSweep(Network network, StateDict trained)
    {
        (this.network, this.trained, original, wasTraining) = (
            network,
            trained,
            StateDict.Of(network),
            network.Root.training
        );
        network.Root.train(false);
        trained.CopyTo(network);
    }

    /// <summary>Writes the trained weights into the network again.</summary>
    public void Restore() => trained.CopyTo(network);

    /// <summary>Writes the trained values of a module into the network again.</summary>
    public void Restore(NetworkModule module) => Write(module, (name, tensor) => tensor.copy_(trained[name]));

    /// <summary>Writes every tensor of a module, parameters and buffers.</summary>
    public void Write(NetworkModule module, Action<string, Tensor> write) => WriteInto(network, module, write);

    /// <summary>Writes every tensor of a module of a network.</summary>
    public static void WriteInto(Network network, NetworkModule module, Action<string, Tensor> write)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var (name, tensor) in network.state_dict().Where(entry => module.Owns(entry.Key)))
        {
            write(name, tensor);
        }
    }

    /// <summary>The output of a network from a module on, in the caller's dispose scope.</summary>
    /// <param name="network">The network.</param>
    /// <param name="from">Index of the module.</param>
    /// <param name="before">The module's input; it stays the caller's.</param>
    public static Tensor Finish(Network network, int from, Tensor before)
    {
        var value = before;
        foreach (var module in network.Modules.AsSpan()[from..])
        {
            var next = module.Forward(value);
            if (!ReferenceEquals(value, before))
            {
                value.Dispose();
            }

            value = next;
        }

        return value;
    }

    /// <summary>
    /// Evaluates the network as it is, which is the trained one unless something was written, and every variant.
    /// </summary>
    /// <param name="variants">At most one entry per module; if empty, only the network is evaluated.</param>
    /// <param name="images">The images.</param>
    /// <param name="examples">
    /// Maximum number of images, spread evenly because sets are often sorted by class; null for all.
    /// </param>
    /// <param name="settings">
    /// Normalization, batch size and precision. In a task its partial results keep each variant on each batch.
    /// </param>
    /// <param name="progress">Receives progress; may be null.</param>
    /// <param name="cancellationToken">Cancels between forward passes.</param>
    /// <param name="prepare">
    /// Writes into the network what is to be evaluated; not called where an earlier run of the task has kept all.
    /// </param>
    public (SweepTally Trained, ImmutableArray<ImmutableArray<SweepTally>> Variants) Run(
        ImmutableArray<ModuleVariants> variants,
        ImageSet images,
        int? examples,
        EvaluationSettings settings,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken,
        Action? prepare = null
    )
    {
        var count = Math.Min(images.Count, examples ?? int.MaxValue);
        var indices = Enumerable.Range(0, count).Select(i => (int)((long)i * images.Count / count)).ToArray();
        var selected = images.Labels.At(indices);
        var parts = settings.PartialResults.Section("sweep");
        var unchanged = new SweepTally(selected, settings.Metric);
        ImmutableArray<ImmutableArray<SweepTally>> tallies =
        [
            .. variants.Select(variant =>
                (ImmutableArray<SweepTally>)
                    [.. Enumerable.Range(0, variant.Count).Select(_ => new SweepTally(selected, settings.Metric))]
            ),
        ];
        var done = 0;
        using var frozen = no_grad();
        var device = DevicePath.DeviceOf(network.Root);
        foreach (var (number, chunk) in indices.Chunk(settings.BatchSize).Index())
        {
            var kept = new SweepBatch(parts, number);
            if (!kept.TryTake(variants, unchanged, tallies))
            {
                prepare?.Invoke();
                prepare = null;
                using var batch = images.BatchesOn(device, [chunk], settings.Normalize, shuffle: null).Single();
                // On the CPU: those of a batch for a GPU are there.
                using var labels = images.Labels.ToTensor(chunk);
                var before = done;
                Run(
                    variants,
                    new(images, batch with { Labels = labels }),
                    settings.Precision,
                    kept,
                    unchanged,
                    tallies,
                    module =>
                        progress?.Report(
                            new(
                                (before + (chunk.Length * (module + 1.0) / network.Modules.Length)) / count,
                                $"{network.Modules[module].Name}, images {before + chunk.Length} of {count}"
                            )
                        ),
                    cancellationToken
                );
            }

            done += chunk.Length;
        }

        return (unchanged, tallies);
    }

    private void Run(
        ImmutableArray<ModuleVariants> variants,
        BatchLabels labels,
        Precision precision,
        SweepBatch kept,
        SweepTally unchanged,
        ImmutableArray<ImmutableArray<SweepTally>> tallies,
        Action<int> progress,
        CancellationToken cancellationToken
    )
    {
        using var scope = NewDisposeScope();
        var images = labels.Batch.Images;
        Tensor before;
        using (var seen = precision == Precision.Bfloat16 ? images.to(ScalarType.BFloat16) : images.alias())
        {
            before = network.ToDevice(seen);
        }

        for (var i = 0; i < network.Modules.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (variants.FirstOrDefault(variant => variant.Module == network.Modules[i]) is { } changed)
            {
                var at = variants.IndexOf(changed);
                EvaluateVariants(changed, i, before, labels, kept, at, tallies[at], cancellationToken);
            }

            var after = network.Modules[i].Forward(before);
            before.Dispose();
            before = after;
            progress(i);
        }

        unchanged.Add(kept.Keep(unchanged.Measure(before.cpu(), labels)));
    }

    // Evaluates all values of one module on one batch, then restores the trained module.
    private void EvaluateVariants(
        ModuleVariants variants,
        int index,
        Tensor before,
        BatchLabels labels,
        SweepBatch kept,
        int number,
        ImmutableArray<SweepTally> tallies,
        CancellationToken cancellationToken
    )
    {
        using var scope = NewDisposeScope();
        byte[]?[] summands = [.. Enumerable.Range(0, variants.Count).Select(i => kept.Read(number, i))];
        var write = summands.Contains(null) ? variants.Open() : null;
        for (var i = 0; i < variants.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (summands[i] is { } summand)
            {
                tallies[i].Add(summand);
                continue;
            }

            using var inner = NewDisposeScope();
            write!(i);
            var value = Finish(network, index, before);
            tallies[i].Add(kept.Keep(number, i, tallies[i].Measure(value.cpu(), labels)));
        }

        if (write is not null)
        {
            Restore(variants.Module);
            variants.Close?.Invoke();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        original.CopyTo(network);
        original.Dispose();
        network.Root.train(wasTraining);
    }
}
