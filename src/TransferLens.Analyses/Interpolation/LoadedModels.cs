using System.Collections.Immutable;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.Interpolation;

/// <summary>The models and images of a task on several models, loaded.</summary>
internal sealed class LoadedModels : IDisposable
{
    /// <summary>Loads the models and the images of a task.</summary>
    public LoadedModels(TaskContext context, string network, int classes, string checkpoint)
    {
        Network = Load(0);
        var count = context.Inputs.Keys.Count(role => role.StartsWith("model ", StringComparison.Ordinal));
        Models =
        [
            StateDict.Of(Network),
            .. Enumerable
                .Range(1, count - 1)
                .Select(i =>
                {
                    using var other = Load(i);
                    return StateDict.Of(other);
                }),
        ];
        Images = ImageCache.Open(context.Inputs["images"]);
        TrainImages = ImageCache.Open(context.Inputs["recalibrate_on"]);

        Network Load(int i) =>
            ModelFile.Load(context.Network(network), classes, context.Inputs[ModelSet.Role(i)], checkpoint);
    }

    /// <summary>A network to compute with.</summary>
    public Network Network { get; }

    /// <summary>The models, in their order.</summary>
    public ImmutableArray<StateDict> Models { get; }

    /// <summary>The images that performance is measured on.</summary>
    public ImageSet Images { get; }

    /// <summary>Training images.</summary>
    public ImageSet TrainImages { get; }

    /// <summary>The images to recompute statistics from; null for networks without batch normalization.</summary>
    public ImageSet? RecalibrateOn => Recalibration.Applies(Network) ? TrainImages : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        TrainImages.Dispose();
        Images.Dispose();
        foreach (var model in Models)
        {
            model.Dispose();
        }

        Network.Dispose();
    }
}
