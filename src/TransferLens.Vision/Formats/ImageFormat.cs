using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>
/// A format that images are read from. Derive from it, and add it to the formats that a study is read with, to read
/// your own.
/// </summary>
public abstract class ImageFormat : DataFormat
{
    /// <summary>Lists the images of a data source; decodes nothing.</summary>
    /// <param name="source">
    /// The source; its options are known to be among <see cref="DataFormat.Options"/>, besides <c>split</c>. Its limit
    /// is applied by <see cref="ImageFormats.Open(DataSource, IReadOnlyList{ImageFormat})"/>.
    /// </param>
    /// <exception cref="InputException">The data is missing or invalid, or an option has an invalid value.</exception>
    public abstract IImageSource Open(DataSource source);
}
