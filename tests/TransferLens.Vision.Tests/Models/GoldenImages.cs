using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;

namespace TransferLens.Vision.Tests.Models;

/// <summary>The 10,000 test images of CIFAR-10 and the published networks, as used for <c>golden.json</c>.</summary>
internal static class GoldenImages
{
    /// <summary>The images, 32x32, decoded once per machine.</summary>
    public static ImageSet Open(CancellationToken cancellationToken) =>
        ImageCache.OpenOrBuild(
            ImageFormats.Open(
                new(
                    "image_folder",
                    Path.Combine(SharedData.Images("cifar10-test"), "test"),
                    ImmutableSortedDictionary<string, string>.Empty
                )
            ),
            new(32, 32, Normalization.ImageNet),
            skipBadImages: false,
            progress: null,
            cancellationToken
        );

    /// <summary>The published network with a number of layers, in evaluation mode.</summary>
    public static Network Published(int depth)
    {
        var hash = depth switch
        {
            20 => "12fca82f",
            32 => "d509ac18",
            44 => "014dd654",
            _ => "4bfd9763",
        };
        using var weights = Checkpoint.Read(SharedData.File($"weights/resnet{depth}-{hash}.th"));
        var network = Networks.Create(
            $"cifar_resnet{depth}",
            NetworkFit.Classes($"cifar_resnet{depth}", weights),
            seed: 0
        );
        WeightsLoader.Load(network, weights, newHead: false);
        network.eval();
        return network;
    }
}
