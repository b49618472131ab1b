using TorchSharp.Modules;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Probes;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>
/// The head of a network as one linear layer, logits = W x + b, with x the network's last features. The features are
/// what the network returns with W = I and b = 0, so that they are those of any network: by name, from a graph or a
/// user's own.
/// </summary>
internal sealed class LinearHead
{
    private const double Tolerance = 1e-4;

    // Smaller biases are those of classes without training images, which are never predicted.
    private const double SmallestBias = -5e3;

    private readonly Network network;
    private readonly Parameter weight;
    private readonly Parameter bias;

    /// <summary>Finds the layer.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="InputException">The head does not have one weight matrix and its biases.</exception>
    public LinearHead(Network network)
    {
        var owned = network
            .named_parameters()
            .Where(entry => network.Head.Owns(entry.name))
            .Select(entry => entry.parameter)
            .ToList();
        var matrices = owned.Where(one => one.shape is [_, _] or [_, _, 1, 1]).ToList();
        var vectors = owned.Where(one => one.dim() == 1).ToList();
        if (owned.Count != 2 || matrices is not [var matrix] || vectors is not [var vector])
        {
            throw NotLinear(network);
        }

        (this.network, weight, bias) = (network, matrix, vector);
    }

    /// <summary>Number of features.</summary>
    public long Width => weight.shape[1];

    /// <summary>
    /// Fits the head by logistic regression on the features of training images, its C chosen on a held-out fifth
    /// (<see cref="ProbeFit"/>), and checks before and after that the network's logits are W x + b.
    /// </summary>
    /// <param name="images">The training images.</param>
    /// <param name="settings">
    /// Normalization, batch size, precision and shuffle, and where a task keeps the features and the search.
    /// </param>
    /// <param name="cancellationToken">Cancels between batches and steps.</param>
    /// <exception cref="InputException">The head is not one linear layer.</exception>
    public void Fit(ImageSet images, EvaluationSettings settings, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        CheckFirst(images, settings);
        using var probe = ProbeFit.Create(
            Features(images, settings, cancellationToken),
            images.Labels,
            (int)weight.shape[0],
            parts: settings.PartialResults.Section("probe"),
            cancellationToken: cancellationToken
        );
        weight.copy_(probe.Classifier.Weight.view(weight.shape));
        bias.copy_(probe.Classifier.Bias);
        CheckFirst(images, settings);
    }

    /// <summary>The features of images, in evaluation mode; the network's modes are restored.</summary>
    /// <param name="images">The images; labels are not used.</param>
    /// <param name="settings">Normalization, batch size, precision and shuffle.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    /// <returns>(n, features), float64, on the CPU.</returns>
    public Tensor Features(ImageSet images, EvaluationSettings settings, CancellationToken cancellationToken) =>
        WithIdentity(() =>
        {
            using var scope = NewDisposeScope();
            var kept = settings.PartialResults.Section("features");
            var parts = new List<Tensor>();
            while (kept.Read<double>($"{parts.Count}") is { } values)
            {
                parts.Add(tensor(values).reshape(-1, Width));
            }

            foreach (var batch in Batches(images, settings, parts.Count * settings.BatchSize))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var step = NewDisposeScope();
                using var owned = batch;
                var input =
                    settings.Precision == Precision.Bfloat16 ? batch.Images.to(ScalarType.BFloat16) : batch.Images;
                var features = Double(network.forward(input)).MoveToOuterDisposeScope();
                kept.Write<double>($"{parts.Count}", features.data<double>().ToArray());
                parts.Add(features);
            }

            return cat(parts).MoveToOuterDisposeScope();
        });

    /// <summary>Checks that the network's logits are W x + b, to 0.0001 of the largest one.</summary>
    /// <param name="images">A batch of normalized images, float32.</param>
    /// <exception cref="InputException">They are not.</exception>
    public void Check(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var features = WithIdentity(() => Double(network.forward(images)));
        using var modes = new ModuleModes(network.Root);
        network.Root.eval();
        var actual = Double(network.forward(images));
        if (features.dim() != 2 || features.shape[1] != Width)
        {
            throw NotLinear(network);
        }

        var own = Double(bias);
        var present = own.gt(SmallestBias).to(ScalarType.Float64);
        var expected = features.matmul(Double(weight).flatten(1).t()) + own;
        var error = ((actual - expected) * present).abs().max().item<double>();
        if (!(error <= Tolerance * (expected * present).abs().max().item<double>()))
        {
            throw NotLinear(network);
        }
    }

    private void CheckFirst(ImageSet images, EvaluationSettings settings)
    {
        foreach (var batch in Batches(images, settings, from: 0).Take(1))
        {
            using var owned = batch;
            Check(batch.Images);
        }
    }

    private IEnumerable<ImageBatch> Batches(ImageSet images, EvaluationSettings settings, int from) =>
        images.BatchesOn(
            DevicePath.DeviceOf(network.Root),
            settings.BatchSize,
            settings.Normalize,
            [.. Enumerable.Range(0, images.Count).Skip(from)],
            shuffle: settings.Shuffle
        );

    // Computes in evaluation mode with W = I and b = 0.
    private Tensor WithIdentity(Func<Tensor> compute)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var modes = new ModuleModes(network.Root);
        var (matrix, vector) = (weight.detach().clone(), bias.detach().clone());
        var unit = eye(Width, device: weight.device);
        network.Root.eval();
        try
        {
            weight.set_(weight.dim() == 2 ? unit : unit.view(Width, Width, 1, 1));
            bias.set_(zeros(Width, device: bias.device));
            return compute().MoveToOuterDisposeScope();
        }
        finally
        {
            weight.set_(matrix);
            bias.set_(vector);
        }
    }

    private static Tensor Double(Tensor value) => value.detach().cpu().to(ScalarType.Float64);

    private static InputException NotLinear(Network network) =>
        new(
            $"The head {network.Head.Name} of {network.Name} is not one linear layer with biases, so it cannot start "
                + "from a probe. Remove head: probe, or the rung lp_ft."
        );
}
