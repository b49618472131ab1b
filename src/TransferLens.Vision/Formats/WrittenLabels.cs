using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>Labels that a data set writes as text or as integers, one per image, and their classes.</summary>
internal static class WrittenLabels
{
    // What pandas writes for a value that is missing, and what replaces it among numbers.
    private static readonly string[] NoLabels = ["", "nan", "<na>"];
    private static readonly string[] NoNumbers = ["none", "null", "na", "n/a", "?", "nat", "undefined"];

    /// <summary>
    /// The classes, in the order of <see cref="ClassOrder"/>, and the class of each image. Blanks around a label do not
    /// count.
    /// </summary>
    /// <param name="written">The label of each image.</param>
    /// <param name="place">Where the label of an image is, as the beginning of a sentence: "Line 4 of 'x.csv'".</param>
    /// <exception cref="InputException">A label is negative, or means that one is missing.</exception>
    public static (ImmutableArray<string> Classes, ImageLabels Labels) Read(
        IEnumerable<string> written,
        Func<int, string> place
    )
    {
        var labels = ClassOrder.FromLabels([.. written.Select(label => label.Trim())]);
        Check(labels, place);
        var classes = ClassOrder.Sort(labels);
        var indices = classes.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i);
        return (classes, ImageLabels.SingleLabel([.. labels.Select(label => indices[label])]));
    }

    private static void Check(IReadOnlyList<string> labels, Func<int, string> place)
    {
        var others = labels.Where(label => !IsOneOf(NoLabels, label) && !IsOneOf(NoNumbers, label)).Distinct().ToList();
        var areNumbers = others.Count > 0 && ClassOrder.AreIntegers(ClassOrder.FromLabels(others));
        for (var i = 0; i < labels.Count; i++)
        {
            if (IsOneOf(NoLabels, labels[i]) || (areNumbers && IsOneOf(NoNumbers, labels[i])))
            {
                var what = labels[i].Length == 0 ? "has no label" : $"has '{labels[i]}' for a label, which is none";
                throw new InputException($"{place(i)} {what}. Write the class of the image, or leave the image out.");
            }

            if (ClassOrder.IsNegative(labels[i]))
            {
                throw new InputException(
                    $"{place(i)} has the label {labels[i]}, but the numbers of classes begin at 0. "
                        + "Write the class of the image, or leave the image out."
                );
            }
        }
    }

    private static bool IsOneOf(string[] words, string label) =>
        words.Contains(label, StringComparer.OrdinalIgnoreCase);
}
