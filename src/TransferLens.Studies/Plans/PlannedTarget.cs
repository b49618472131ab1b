using System.Collections.Immutable;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Plans;

/// <summary>What planning found out about the images of a target.</summary>
/// <param name="Name">The target.</param>
/// <param name="TrainImages">Number of training images.</param>
/// <param name="TestImages">Number of test images.</param>
/// <param name="SharedImages">
/// Number of test images whose content is that of a training image; null where a format does not tell.
/// </param>
/// <param name="TrainLeftOut">Files of the training data that are not read.</param>
/// <param name="TestLeftOut">Files of the test data that are not read.</param>
internal sealed record PlannedTarget(
    string Name,
    int TrainImages,
    int TestImages,
    int? SharedImages,
    ImmutableArray<LeftOutFiles> TrainLeftOut,
    ImmutableArray<LeftOutFiles> TestLeftOut
)
{
    /// <summary>Compares the training and test images of a target.</summary>
    public static PlannedTarget Create(string name, ImagesDescription train, ImagesDescription test) =>
        new(name, train.Count, test.Count, Shared(train, test), train.LeftOut, test.LeftOut);

    private static int? Shared(ImagesDescription train, ImagesDescription test)
    {
        if (train.Digest == test.Digest)
        {
            return test.Count;
        }

        if (train.Contents.IsEmpty || test.Contents.IsEmpty)
        {
            return null;
        }

        var known = train.Contents.ToHashSet();
        return test.Contents.Count(known.Contains);
    }
}
