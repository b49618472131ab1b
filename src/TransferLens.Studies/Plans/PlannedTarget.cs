using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Plans;

/// <summary>What planning found out about the images of a target, or of the data that P is trained on.</summary>
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
    /// <summary>The validation images; null for a target without.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PlannedValidation? Validation { get; init; }

    /// <summary>What to know about how the images are read, a sentence each.</summary>
    public ImmutableArray<string> Remarks { get; init; } = [];

    /// <summary>Files of each part that are not read; parts of which all files are read are not among them.</summary>
    [JsonIgnore]
    public IEnumerable<(string Part, ImmutableArray<LeftOutFiles> Files)> LeftOut =>
        new (string Part, ImmutableArray<LeftOutFiles> Files)[]
        {
            ("training", TrainLeftOut),
            ("validation", Validation?.LeftOut ?? []),
            ("test", TestLeftOut),
        }.Where(part => !part.Files.IsEmpty);

    /// <summary>Compares the parts of a target.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="train">The training images.</param>
    /// <param name="test">The test images.</param>
    /// <param name="validation">The validation images; null for none.</param>
    public static PlannedTarget Create(
        string name,
        ImagesDescription train,
        ImagesDescription test,
        ImagesDescription? validation
    ) =>
        new(name, train.Count, test.Count, Shared(train, test), train.LeftOut, test.LeftOut)
        {
            Validation = validation is null
                ? null
                : new(validation.Count, Shared(train, validation), Shared(validation, test), validation.LeftOut),
            Remarks = [.. train.Remarks.Concat(validation?.Remarks ?? []).Concat(test.Remarks).Distinct()],
        };

    // How many images of the second are in the first.
    private static int? Shared(ImagesDescription first, ImagesDescription second)
    {
        if (first.Digest == second.Digest)
        {
            return second.Count;
        }

        if (first.Contents.IsEmpty || second.Contents.IsEmpty)
        {
            return null;
        }

        var known = first.Contents.ToHashSet();
        return second.Contents.Count(known.Contains);
    }
}

/// <summary>What planning found out about validation images.</summary>
/// <param name="Images">Their number.</param>
/// <param name="SharedWithTraining">
/// Number of them whose content is that of a training image; null where a format does not tell.
/// </param>
/// <param name="SharedWithTest">
/// Number of test images whose content is that of a validation image; null where a format does not tell.
/// </param>
/// <param name="LeftOut">Files of the validation data that are not read.</param>
internal sealed record PlannedValidation(
    int Images,
    int? SharedWithTraining,
    int? SharedWithTest,
    ImmutableArray<LeftOutFiles> LeftOut
);
