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
internal sealed record ModuleVariants(NetworkModule Module, int Count, Func<Action<int>> Open);

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

    /// <summary>
    /// Evaluates the network as it is, which is the trained one unless something was written, and every variant.
    /// </summary>
    /// <param name="variants">At most one entry per module; if empty, only the network is evaluated.</param>
    /// <param name="images">The images.</param>
    /// <param name="examples">
    /// Maximum number of images, spread evenly because sets are often sorted by class; null for all.
    /// </param>
    /// <param name="settings">Normalization, batch size and precision.</param>
    /// <param name="progress">Receives progress; may be null.</param>
    /// <param name="cancellationToken">Cancels between forward passes.</param>
    public (SweepTally Trained, ImmutableArray<ImmutableArray<SweepTally>> Variants) Run(
        ImmutableArray<ModuleVariants> variants,
        ImageSet images,
        int? examples,
        EvaluationSettings settings,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var count = Math.Min(images.Count, examples ?? int.MaxValue);
        var indices = Enumerable.Range(0, count).Select(i => (int)((long)i * images.Count / count)).ToArray();
        var selected = images.Labels.At(indices);
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
        foreach (var batch in images.BatchesOn(device, settings.BatchSize, settings.Normalize, indices))
        {
            using var scope = NewDisposeScope();
            using var owned = batch;
            // On the CPU: those of a batch for a GPU are there.
            var labels = new BatchLabels(images, batch with { Labels = images.Labels.ToTensor([.. batch.Indices]) });
            Tensor before;
            using (
                var seen =
                    settings.Precision == Precision.Bfloat16 ? batch.Images.to(ScalarType.BFloat16) : batch.Images
            )
            {
                before = network.ToDevice(seen);
            }

            for (var i = 0; i < network.Modules.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (variants.FirstOrDefault(variant => variant.Module == network.Modules[i]) is { } changed)
                {
                    EvaluateVariants(changed, i, before, labels, tallies[variants.IndexOf(changed)], cancellationToken);
                }

                var after = network.Modules[i].Forward(before);
                before.Dispose();
                before = after;
                progress?.Report(
                    new(
                        (done + (batch.Indices.Length * (i + 1.0) / network.Modules.Length)) / count,
                        $"{network.Modules[i].Name}, images {done + batch.Indices.Length} of {count}"
                    )
                );
            }

            unchanged.Add(before.cpu(), labels);
            done += batch.Indices.Length;
        }

        return (unchanged, tallies);
    }

    // Evaluates all values of one module on one batch, then restores the trained module.
    private void EvaluateVariants(
        ModuleVariants variants,
        int index,
        Tensor before,
        BatchLabels labels,
        ImmutableArray<SweepTally> tallies,
        CancellationToken cancellationToken
    )
    {
        using var scope = NewDisposeScope();
        var (write, outputs) = (variants.Open(), new List<Tensor>());
        for (var i = 0; i < variants.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            write(i);
            var value = before;
            foreach (var module in network.Modules.AsSpan()[index..])
            {
                var next = module.Forward(value);
                if (!ReferenceEquals(value, before))
                {
                    value.Dispose();
                }

                value = next;
            }

            outputs.Add(value.MoveToOuterDisposeScope());
        }

        // One copy from a GPU for all variants.
        var all = stack(outputs).cpu();
        for (var i = 0; i < variants.Count; i++)
        {
            tallies[i].Add(all[i], labels);
        }

        Write(variants.Module, (name, tensor) => tensor.copy_(trained[name]));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        original.CopyTo(network);
        original.Dispose();
        network.Root.train(wasTraining);
    }
}
