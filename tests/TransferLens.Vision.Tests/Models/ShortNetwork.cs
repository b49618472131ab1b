using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models;

/// <summary>
/// Networks made smaller where nearly all of their weights repeat one another: VGG's hidden layers, and the blocks of a
/// transformer.
/// </summary>
internal static class ShortNetwork
{
    /// <summary>Creates a shipped network.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="depth">Number of blocks of a vision transformer; null for all.</param>
    /// <param name="generator">Null for weights of zero.</param>
    /// <param name="classes">Number of classes.</param>
    public static Network Create(string name, int? depth, Generator? generator, int classes)
    {
        if (name == "vgg16_bn")
        {
            return VggNetwork.Create(classes, generator, hidden: 16);
        }

        if (depth is { } blocks)
        {
            var shape = VisionTransformers.Named.Single(known => known.Name == name).Shape;
            return VisionTransformer.Create(name, shape with { Depth = blocks }, classes, generator);
        }

        return generator is null ? Networks.Find(name).CreateOutline(classes) : Networks.Create(name, classes, seed: 3);
    }
}
