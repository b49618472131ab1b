using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Vision.Formats;

/// <summary>Finds the list of images that a source of the format <c>chexpert</c> means.</summary>
internal static class CheXpertFiles
{
    /// <summary>The list itself where the location is one; else <c>train.csv</c> or, for test images that do not come out of it too, <c>valid.csv</c> of the folder.</summary>
    /// <exception cref="InputException">There is none; the message says what to put where.</exception>
    public static string List(DataSource source, bool ofTrain)
    {
        var place = source.Location;
        if (File.Exists(place))
        {
            return place;
        }

        var list = Path.Combine(place, ofTrain ? "train.csv" : "valid.csv");
        return !Directory.Exists(place)
                ? throw new InputException(
                    $"The CheXpert list or folder '{place}' does not exist; {DataFormats.Layout("chexpert")}."
                )
            : File.Exists(list) ? list
            : throw new InputException(
                $"The CheXpert folder '{place}' has no file '{Path.GetFileName(list)}'; {DataFormats.Layout("chexpert")}."
            );
    }
}
