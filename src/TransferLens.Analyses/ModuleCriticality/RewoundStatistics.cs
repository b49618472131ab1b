using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>
/// Running statistics of batch normalization, recomputed for the trained network and for each network with one module
/// rewound, to the same bits as by recalibrating each of them alone. In a batch, what precedes the rewound module is
/// that of the trained network, activations and statistics: it is computed once. So the cost is about half.
/// </summary>
internal sealed class RewoundStatistics : IDisposable
{
    // All statistics so far, among partial results.
    private const string Kept = "buffers";

    private readonly Network network;
    private readonly ModuleBuffers trained;
    private readonly ImmutableDictionary<int, ModuleBuffers> rewound;

    private RewoundStatistics(
        Network network,
        ModuleBuffers trained,
        ImmutableDictionary<int, ModuleBuffers> rewound
    ) => (this.network, this.trained, this.rewound) = (network, trained, rewound);

    /// <summary>
    /// Computes the statistics. Afterwards the network has the trained weights and statistics of no use.
    /// </summary>
    /// <param name="network">The network; it has the trained weights.</param>
    /// <param name="modules">The modules to rewind, each alone.</param>
    /// <param name="rewind">Writes the initial value of a module into the network.</param>
    /// <param name="restore">Writes the trained value of a module into the network.</param>
    /// <param name="source">The images.</param>
    /// <param name="settings">Normalization and precision. In a task its partial results keep all statistics.</param>
    /// <param name="progress">Called after each batch with the share that is done, in (0, 1].</param>
    /// <param name="cancellationToken">Cancels between modules.</param>
    public static RewoundStatistics Compute(
        Network network,
        ImmutableArray<NetworkModule> modules,
        Action<NetworkModule> rewind,
        Action<NetworkModule> restore,
        RecalibrationSource source,
        EvaluationSettings settings,
        Action<double> progress,
        CancellationToken cancellationToken
    )
    {
        using var frozen = no_grad();
        var batches = source.Batches().ToList();
        using var mode = new RecalibrationMode(network);
        var indices = modules.Select(module => network.Modules.IndexOf(module)).ToHashSet();
        var live = ModuleBuffers.Of(network);
        mode.Reset();
        var statistics = new RewoundStatistics(
            network,
            new ModuleBuffers(live, 0),
            indices.ToImmutableDictionary(index => index, Begin)
        );
        try
        {
            AddAll();
            return statistics;
        }
        catch
        {
            statistics.Dispose();
            throw;
        }

        void AddAll()
        {
            var parts = settings.PartialResults.Section("statistics");
            var done = parts.Restore(Kept, statistics.All);
            var device = DevicePath.DeviceOf(network.Root);
            var left = batches.Skip(done);
            foreach (var batch in source.Images.BatchesOn(device, left, settings.Normalize, settings.Shuffle))
            {
                using var owned = batch;
                using var scope = NewDisposeScope();
                mode.Expect(done + 1);
                var isHalf = settings.Precision == Precision.Bfloat16;
                statistics.Add(
                    network.ToDevice(isHalf ? batch.Images.to(ScalarType.BFloat16) : batch.Images.alias()),
                    rewind,
                    restore,
                    cancellationToken
                );
                done++;
                parts.KeepWhenDue(Kept, done, statistics.All);
                progress(done / (double)batches.Count);
            }

            parts.Keep(Kept, done, statistics.All);
        }

        ModuleBuffers Begin(int index)
        {
            var module = network.Modules[index];
            rewind(module);
            mode.Reset();
            var buffers = new ModuleBuffers(live, index);
            restore(module);
            mode.Reset();
            return buffers;
        }
    }

    /// <summary>Writes the statistics of the trained network, from a module on.</summary>
    /// <param name="from">Index of the module.</param>
    public void WriteTrained(int from = 0) => trained.Load(from);

    /// <summary>Writes the statistics of the network in which a module is rewound, from that module on.</summary>
    /// <param name="module">The module.</param>
    public void WriteRewound(NetworkModule module) => rewound[network.Modules.IndexOf(module)].Load();

    private IEnumerable<Tensor> All =>
        trained.Tensors.Concat(rewound.OrderBy(entry => entry.Key).SelectMany(entry => entry.Value.Tensors));

    private void Add(
        Tensor images,
        Action<NetworkModule> rewind,
        Action<NetworkModule> restore,
        CancellationToken cancellationToken
    )
    {
        trained.Load();
        var before = images;
        for (var i = 0; i < network.Modules.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (rewound.TryGetValue(i, out var own))
            {
                rewind(network.Modules[i]);
                own.Load();
                using (NewDisposeScope())
                {
                    ModuleSweep.Finish(network, i, before); // for the sake of its statistics
                }

                own.Save();
                restore(network.Modules[i]);
                trained.Load(i);
            }

            var after = network.Modules[i].Forward(before);
            before.Dispose();
            before = after;
            trained.Save(i);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        trained.Dispose();
        foreach (var buffers in rewound.Values)
        {
            buffers.Dispose();
        }
    }
}
