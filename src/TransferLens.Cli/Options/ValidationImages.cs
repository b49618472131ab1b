using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;

namespace TransferLens.Cli.Options;

/// <summary>Checks images that choose or train what the images of <c>--data</c> measure.</summary>
internal static class ValidationImages
{
    /// <summary>Refuses such images that are test images too, whatever their names.</summary>
    /// <param name="validation">The images.</param>
    /// <param name="test">The images of <c>--data</c>, decoded and resized in the same way.</param>
    /// <param name="option">The option that gives them.</param>
    /// <exception cref="InputException">An image is in both.</exception>
    public static void RefuseShared(ImageSet validation, ImageSet test, string option = "--validation")
    {
        var tested = test.Digests().ToHashSet(StringComparer.Ordinal);
        var shared = validation.Digests().Count(tested.Contains);
        if (shared > 0)
        {
            throw new InputException(
                $"{shared:N0} of the {validation.Count:N0} images of {option} are also in --data (equal content), "
                    + "so scores would be too high. Remove them from one of the two."
            );
        }
    }
}
