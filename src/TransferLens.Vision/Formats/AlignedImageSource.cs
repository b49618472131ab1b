using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>
/// Test images whose labels are indices into the training images' classes. A class that only the training images have
/// shifts the labels of the classes after it.
/// </summary>
public static class AlignedImageSource
{
    /// <summary>Maps the labels of <paramref name="source"/> to <paramref name="classes"/>.</summary>
    /// <param name="source">The test images.</param>
    /// <param name="classes">Classes of the training images.</param>
    /// <exception cref="InputException">
    /// A class of the test images is not among them; or, for multi-label images, the test images lack one of them.
    /// </exception>
    public static IImageSource Create(IImageSource source, ImmutableArray<string> classes)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Classes.FirstOrDefault(name => !classes.Contains(name)) is { } unknown)
        {
            throw new InputException(
                $"The class '{unknown}' is in the test images but not in the training images; "
                    + "remove it from the test images or add training images of it."
            );
        }

        if (source.Labels.IsMultiLabel && classes.FirstOrDefault(name => !source.Classes.Contains(name)) is { } missing)
        {
            throw new InputException(
                $"The label '{missing}' is in the training images but not in the test images; "
                    + "give the test images every label of the training images."
            );
        }

        return new RelabelledImageSource(source, classes, [.. source.Classes.Select(classes.IndexOf)], "aligned");
    }
}
