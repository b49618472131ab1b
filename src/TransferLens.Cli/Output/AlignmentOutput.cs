using System.Text.Json.Nodes;
using TransferLens.Analyses.Alignment;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Output;

/// <summary>A permuted model as a document, as text, and as a file.</summary>
internal static class AlignmentOutput
{
    /// <summary>Adds what permuting did to a document.</summary>
    public static void AddTo(JsonObject document, AlignedModel aligned)
    {
        document["distanceBefore"] = aligned.DistanceBefore;
        document["distanceAfter"] = aligned.DistanceAfter;
        document["logitChange"] = aligned.LogitChange;
        document["movedChannels"] = aligned.Moved;
        document["channels"] = aligned.Channels;
    }

    /// <summary>Which images channels were matched on, in words; null where they were matched by weights.</summary>
    /// <param name="method">How channels were matched.</param>
    /// <param name="separate">The images of <c>--recalibrate-on</c>, or null.</param>
    public static string? MatchedOn(AlignmentMethod method, ImageSet? separate) =>
        method != AlignmentMethod.Activations ? null
        : separate is null ? "the evaluated images themselves, since --recalibrate-on was not given"
        : "the images of --recalibrate-on";

    /// <summary>Prints which images channels were matched on.</summary>
    /// <param name="matchedOn">As <see cref="MatchedOn"/> gives it.</param>
    public static void PrintMatched(string? matchedOn)
    {
        if (matchedOn is not null)
        {
            Console.WriteLine($"  Channels were matched on {matchedOn}.");
        }
    }

    /// <summary>Prints what permuting did.</summary>
    public static void Print(AlignedModel aligned, AlignmentMethod method)
    {
        Console.WriteLine(
            $"aligned by {EnumWords<AlignmentMethod>.Of(method)}: {aligned.Moved} of {aligned.Channels} channels "
                + $"moved; distance {aligned.DistanceBefore:0.####} before, {aligned.DistanceAfter:0.####} after"
        );
        Console.WriteLine(
            $"  The permuted model is equivalent: its logits differ by at most {aligned.LogitChange:0.0e+0}."
        );
    }

    /// <summary>Writes the permuted weights.</summary>
    public static void Save(AlignedModel aligned, AlignmentMethod method, string path, string first)
    {
        Safetensors.Write(
            path,
            aligned.Weights,
            new Dictionary<string, string>
            {
                ["aligned_to"] = Path.GetFileName(first),
                ["aligned_by"] = EnumWords<AlignmentMethod>.Of(method),
            }
        );
    }
}
