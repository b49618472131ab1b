using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Vision.Formats;

/// <summary>Finds the list of images of a source in the format <c>chexpert</c>.</summary>
internal static class CheXpertFiles
{
    /// <summary>
    /// The location itself where it is a file; else <c>train.csv</c> or <c>valid.csv</c> in the folder.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="fromTraining">Whether the images are listed in <c>train.csv</c>.</param>
    /// <exception cref="InputException">There is no list; the message explains the layout.</exception>
    public static string FindList(DataSource source, bool fromTraining)
    {
        var location = source.Location;
        if (File.Exists(location))
        {
            return location;
        }

        if (!Directory.Exists(location))
        {
            throw new InputException(
                $"The CheXpert list or folder '{location}' does not exist; {CheXpertFormat.Instructions}."
            );
        }

        var name = fromTraining ? "train.csv" : "valid.csv";
        var list = Path.Combine(location, name);
        return File.Exists(list)
            ? list
            : throw new InputException(
                $"The CheXpert folder '{location}' has no file '{name}'; {CheXpertFormat.Instructions}."
            );
    }
}
