using System.Collections.Immutable;
using TorchSharp;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Export;
using TransferLens.Vision.Models.Onnx.Networks;
using TransferLens.Vision.Models.Onnx.Structure;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Interpolation;

/// <summary>
/// REPAIR for networks without batch normalization: in a combination of models, the output of every convolution and
/// linear layer but the last is rescaled and shifted so that each channel has the mean and the standard deviation that
/// the models have on average. Without it, activations between two models shrink from layer to layer. Source: Jordan,
/// Sedghi, Saukh, Entezari, Neyshabur 2022, section 3.
/// </summary>
/// <remarks>
/// As in the authors' code, layers are corrected in order of computation in one pass: while its statistics are
/// collected, every batch gets the wanted moments at each layer.
/// </remarks>
internal sealed class ActivationRepair : IDisposable
{
    private readonly Network network;
    private readonly int classes;
    private readonly ImmutableArray<RepairedLayer> layers;
    private readonly List<List<LayerMoments>> models = [];
    private readonly ImageSet images;
    private readonly EvaluationSettings settings;
    private readonly (int? Most, int Batch) limits;
    private readonly CancellationToken cancellationToken;

    /// <summary>Measures the models' moments.</summary>
    /// <param name="network">A network of their kind; its weights are changed.</param>
    /// <param name="models">The models.</param>
    /// <param name="images">Training images.</param>
    /// <param name="settings">Normalization and shuffle of the images.</param>
    /// <param name="limits">The most images to use, null for all, and the most in a batch.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    /// <exception cref="InputException">The network is defined in code and has no graph.</exception>
    public ActivationRepair(
        Network network,
        IReadOnlyList<StateDict> models,
        ImageSet images,
        EvaluationSettings settings,
        (int? Most, int Batch) limits,
        CancellationToken cancellationToken
    )
    {
        (this.network, this.images, this.settings, this.limits) = (network, images, settings, limits);
        this.cancellationToken = cancellationToken;
        layers = RepairedLayer.In(Graph().Graph);
        classes = (int)network.state_dict()[$"{network.Head.Name}.weight"].shape[0];
        try
        {
            foreach (var (i, weights) in models.Index())
            {
                weights.CopyTo(network);
                using var scope = NewDisposeScope();
                var parts = settings.PartialResults.Section($"model {i}");
                this.models.Add([.. Collect(null, parts).Select(moments => moments.Kept())]);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The network that computes what the first one does now, with repaired activations.</summary>
    /// <param name="weights">The weight of each model in the combination that the first network has now.</param>
    /// <param name="parts">Where a task keeps the moments of the combination; null for nowhere.</param>
    /// <returns>A new network, which the caller disposes.</returns>
    public Network Apply(IReadOnlyList<double> weights, PartialResults? parts = null) =>
        Open(Corrected(weights, parts ?? PartialResults.None));

    /// <inheritdoc/>
    public void Dispose() => models.ForEach(model => model.ForEach(moments => moments.Dispose()));

    private OnnxModel Corrected(IReadOnlyList<double> weights, PartialResults parts)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var wanted = Enumerable
            .Range(0, layers.Length)
            .Select(i => LayerMoments.Combine([.. models.Select(model => model[i])], weights))
            .ToList();
        var measured = Collect(wanted, parts.Section("repair"));
        var corrections = layers.Select(
            (layer, i) =>
            {
                var scale = wanted[i].Deviation / measured[i].Deviation;
                var shift = wanted[i].Mean - (measured[i].Mean * scale);
                return (layer, layer.Broadcast(scale), layer.Broadcast(shift));
            }
        );
        return WithCorrections(Graph(), [.. corrections]);
    }

    private OnnxModel Graph() => NetworkGraph.Of(network, new(null, images.Height));

    private Network Open(OnnxModel model)
    {
        using var frozen = no_grad();
        var definition = OnnxDefinition.Of(model, network.Name);
        var opened = OnnxNetwork.Create(definition, network.Name, classes, null);
        var state = opened.state_dict();
        foreach (var weight in definition.Weights)
        {
            using var values = weight.Read(definition.Classifier);
            state[weight.Name].copy_(values);
        }

        opened.Root.to(network.parameters().First().device);
        return opened;
    }

    // The moments of every layer for the network's weights as they are now, in the caller's dispose scope.
    private List<LayerMoments> Collect(List<LayerMoments>? wanted, PartialResults parts)
    {
        using var frozen = no_grad();
        var collectors = layers.Select(layer => new LayerMoments.Collector(layer)).ToList();
        try
        {
            var indices = layers.Index().ToDictionary(entry => entry.Item.Output, entry => entry.Index);
            const string Sums = "sums";
            IEnumerable<Tensor> sums = collectors.SelectMany(collector => collector.Sums);
            CollectBatches(
                parts.Restore(Sums, sums),
                (name, value) =>
                {
                    if (indices.TryGetValue(name, out var i))
                    {
                        collectors[i].Add(value, wanted?[i]);
                    }
                },
                batches => parts.KeepWhenDue(Sums, batches, sums)
            );
            return collectors.ConvertAll(collector => collector.Moments());
        }
        finally
        {
            collectors.ForEach(collector => collector.Dispose());
        }
    }

    private void CollectBatches(int done, Action<string, Tensor> observe, Action<int> keep)
    {
        using var scope = NewDisposeScope();
        var model = Graph();
        var device = network.parameters().First().device;
        var stored = model.Graph.Initializers.ToDictionary(
            tensor => tensor.Name,
            tensor => tensor.ToTensor().to(device)
        );
        var evaluator = OnnxEvaluator.Create(model.Graph, network.Name);
        var isChannelsLast = OnnxClassifier.Of(model, network.Name).Axes.IsChannelsLast;
        var count = Math.Min(limits.Most ?? int.MaxValue, images.Count);
        var left = Recalibration.Batches(images.Count, count, limits.Batch).Skip(done);
        foreach (var batch in images.BatchesOn(device, left, settings.Normalize, settings.Shuffle))
        {
            using var owned = batch;
            cancellationToken.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            var pixels = batch.Images.to(device);
            var given = isChannelsLast ? pixels.permute(0, 2, 3, 1) : pixels;
            evaluator.Compute(name => stored.GetValueOrDefault(name, given), new(), observe);
            keep(++done);
        }
    }

    private OnnxModel WithCorrections(
        OnnxModel model,
        List<(RepairedLayer Layer, Tensor Scale, Tensor Shift)> corrections
    )
    {
        var outputs = layers.ToDictionary(layer => layer.Output);
        return model with
        {
            Graph = model.Graph with
            {
                Nodes = [.. model.Graph.Nodes.SelectMany(node => WithCorrection(node, outputs))],
                Initializers =
                [
                    .. model.Graph.Initializers,
                    .. corrections.Select(entry => OnnxTensor.FromTensor(entry.Layer.Scale, entry.Scale)),
                    .. corrections.Select(entry => OnnxTensor.FromTensor(entry.Layer.Shift, entry.Shift)),
                ],
            },
        };
    }

    private static IEnumerable<OnnxNode> WithCorrection(OnnxNode node, Dictionary<string, RepairedLayer> outputs)
    {
        if (!outputs.TryGetValue(node.Outputs[0], out var layer))
        {
            return [node];
        }

        var (plain, scaled) = ($"{layer.Output}.plain", $"{layer.Output}.scaled");
        return
        [
            node with
            {
                Outputs = [plain],
            },
            Next("Mul", plain, layer.Scale, scaled),
            Next("Add", scaled, layer.Shift, layer.Output),
        ];

        OnnxNode Next(string name, string first, string second, string output) =>
            new()
            {
                Name = $"{node.Name}/{name}",
                Operator = name,
                Opset = node.Opset,
                Inputs = [first, second],
                Outputs = [output],
            };
    }
}
