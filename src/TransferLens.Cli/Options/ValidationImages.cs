using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;

namespace TransferLens.Cli.Options;

/// <summary>Checks the images of <c>--validation</c>, which choose what the images of <c>--data</c> measure.</summary>
internal static class ValidationImages
{
    /// <summary>Refuses validation images that are test images too, whatever their names.</summary>
    /// <param name="validation">The images of <c>--validation</c>.</param>
    /// <param name="test">The images of <c>--data</c>, decoded and resized in the same way.</param>
    /// <exception cref="InputException">An image is in both.</exception>
    public static void RefuseShared(ImageSet validation, ImageSet test)
    {
        var tested = test.Digests().ToHashSet(StringComparer.Ordinal);
        var shared = validation.Digests().Count(tested.Contains);
        if (shared > 0)
        {
            throw new InputException(
                $"{shared:N0} of the {validation.Count:N0} images of --validation are also in --data (equal content), "
                    + "so scores would be too high. Remove them from one of the two."
            );
        }
    }
}
