using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Speed;

/// <summary>
/// The work of two cases as one writes it in TorchSharp: the same libtorch, so that what lies around its kernels is compared.
/// Images and weights are read as TransferLens reads them.
/// </summary>
internal static class PlainWork
{
    private const int Batch = 128;
    private const int Classes = 10;

    /// <summary>Accuracy and loss at eleven points between two checkpoints.</summary>
    public static Dictionary<string, object> Barrier(string first, string second, string folder)
    {
        using var scope = NewDisposeScope();
        var (images, labels) = Images(folder);
        using var network = new PlainNetwork(Classes);
        using var one = Checkpoint.Read(first);
        using var other = Checkpoint.Read(second);
        var points = new List<Dictionary<string, double>>();
        for (var point = 0; point <= 10; point++)
        {
            var share = point / 10.0;
            using (no_grad())
            {
                foreach (var (name, value) in network.state_dict())
                {
                    if (value.is_floating_point())
                    {
                        value.copy_((one[name] * (1 - share)) + (other[name] * share));
                    }
                }
            }

            var (accuracy, loss) = Evaluate(network, images, labels);
            points.Add(
                new()
                {
                    ["lambda"] = share,
                    ["accuracy"] = accuracy,
                    ["loss"] = loss,
                }
            );
        }

        return new() { ["points"] = points };
    }

    /// <summary>Test accuracies of four training runs of one epoch with a new head, one after the other.</summary>
    public static Dictionary<string, object> Training(string weights, string train, string test)
    {
        using var scope = NewDisposeScope();
        var (images, labels) = Images(train);
        var (testImages, testLabels) = Images(test);
        using var pretrained = Checkpoint.Read(weights);
        var accuracies = new List<double>();
        for (var seed = 1; seed <= 4; seed++)
        {
            manual_seed(seed);
            using var network = new PlainNetwork(Classes);
            using (no_grad())
            {
                foreach (
                    var (name, value) in network
                        .state_dict()
                        .Where(entry => !entry.Key.StartsWith("linear.", StringComparison.Ordinal))
                        .Where(entry => entry.Value.is_floating_point())
                )
                {
                    value.copy_(pretrained[name]);
                }
            }

            using var optimizer = optim.SGD(network.parameters(), 0.01, momentum: 0.9, weight_decay: 1e-4);
            network.train();
            foreach (var chosen in randperm(images.shape[0]).split(Batch))
            {
                using var step = NewDisposeScope();
                optimizer.zero_grad();
                nn.functional.cross_entropy(network.forward(images[chosen]), labels[chosen]).backward();
                optimizer.step();
            }

            accuracies.Add(Evaluate(network, testImages, testLabels).Accuracy);
        }

        return new() { ["accuracies"] = accuracies };
    }

    private static (double Accuracy, double Loss) Evaluate(PlainNetwork network, Tensor images, Tensor labels)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        network.eval();
        var logits = cat([.. images.split(Batch).Select(Forward)]);
        return (
            logits.argmax(1).eq(labels).to(ScalarType.Float32).mean().item<float>(),
            nn.functional.cross_entropy(logits, labels).item<float>()
        );

        Tensor Forward(Tensor batch)
        {
            using var one = NewDisposeScope();
            return network.forward(batch).MoveToOuterDisposeScope();
        }
    }

    private static (Tensor Images, Tensor Labels) Images(string folder)
    {
        using var set = ImageCache.OpenOrBuild(
            ImageFormats.Open(new("image_folder", folder, ImmutableSortedDictionary<string, string>.Empty)),
            new(32, 32, Normalization.ImageNet),
            skipBadImages: false,
            progress: null,
            CancellationToken.None
        );
        var (images, labels) = (new List<Tensor>(), new List<Tensor>());
        foreach (var batch in set.Batches(Batch, Normalization.ImageNet))
        {
            images.Add(batch.Images.contiguous().MoveToOuterDisposeScope());
            labels.Add(batch.Labels.MoveToOuterDisposeScope());
        }

        return (cat(images), cat(labels));
    }
}
