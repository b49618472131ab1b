using System.Collections.Immutable;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>Values that one module takes while all others stay trained.</summary>
/// <param name="Module">The module.</param>
/// <param name="Count">How many.</param>
/// <param name="Open">Called once a batch, inside a dispose scope: gives what writes value number i into the network.</param>
internal sealed record ModuleVariants(NetworkModule Module, int Count, Func<Action<int>> Open);

/// <summary>
/// Evaluates a network with one module changed at a time. Modules are walked in order, batch by batch, with the activation
/// before the module kept: it is computed once for all values of all later modules, so that the whole costs about half of
/// evaluating every changed network from the images on. Holds one activation, whatever the number of images.
/// </summary>
internal sealed class ModuleSweep : IDisposable
{
    private readonly Network network;
    private readonly StateDict own;
    private readonly StateDict trained;
    private readonly bool wasTraining;

    /// <summary>Writes the trained weights into the network; disposing puts its own back.</summary>
    public ModuleSweep(Network network, StateDict trained)
    {
        (this.network, this.trained, own, wasTraining) = (
            network,
            trained,
            StateDict.Of(network),
            network.Root.training
        );
        network.Root.train(false);
        trained.CopyTo(network);
    }

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

    /// <summary>Evaluates the trained network and every variant.</summary>
    /// <param name="variants">At most one entry a module.</param>
    /// <param name="images">The images.</param>
    /// <param name="examples">At most so many, spread evenly, since sets are often sorted by class; null for all.</param>
    /// <param name="settings">How.</param>
    /// <param name="progress">Takes the progress, or null.</param>
    /// <param name="cancellationToken">Asks to stop.</param>
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
        var chosen = Enumerable.Range(0, count).Select(i => (int)((long)i * images.Count / count)).ToArray();
        var shown = images.Labels.At(chosen);
        var whole = new SweepTally(shown, settings.Metric);
        ImmutableArray<ImmutableArray<SweepTally>> tallies =
        [
            .. variants.Select(variant =>
                (ImmutableArray<SweepTally>)
                    [.. Enumerable.Range(0, variant.Count).Select(_ => new SweepTally(shown, settings.Metric))]
            ),
        ];
        var done = 0;
        using var frozen = no_grad();
        foreach (var batch in images.Batches(settings.BatchSize, settings.Normalize, chosen))
        {
            using var scope = NewDisposeScope();
            using var owned = batch;
            var labels = new BatchLabels(images, batch);
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
                if (variants.FirstOrDefault(variant => variant.Module == network.Modules[i]) is { } some)
                {
                    Each(some, i, before, labels, tallies[variants.IndexOf(some)], cancellationToken);
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

            whole.Add(before.cpu(), labels);
            done += batch.Indices.Length;
        }

        return (whole, tallies);
    }

    // All values of one module on one batch; afterwards the module is trained again.
    private void Each(
        ModuleVariants variants,
        int index,
        Tensor before,
        BatchLabels labels,
        ImmutableArray<SweepTally> tallies,
        CancellationToken cancellationToken
    )
    {
        using var scope = NewDisposeScope();
        var write = variants.Open();
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

            tallies[i].Add(value.cpu(), labels);
        }

        Write(variants.Module, (name, tensor) => tensor.copy_(trained[name]));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        own.CopyTo(network);
        own.Dispose();
        network.Root.train(wasTraining);
    }
}
