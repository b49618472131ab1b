using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Alignment;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Output;

/// <summary>Checkpoints of a soup whose channels are permuted to fit the first.</summary>
/// <param name="Method">How channels were matched.</param>
/// <param name="Others">What permuting did to each checkpoint but the first.</param>
internal sealed record AlignedMembers(AlignmentMethod Method, ImmutableArray<AlignedModel> Others) : IDisposable
{
    /// <summary>Permutes all but the first, in place.</summary>
    /// <param name="members">The checkpoints.</param>
    /// <param name="images">Training images, for matching by activations.</param>
    /// <param name="settings">Normalization of the images.</param>
    /// <param name="method">How channels are matched.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    public static AlignedMembers Align(
        IReadOnlyList<Network> members,
        ImageSet images,
        EvaluationSettings settings,
        AlignmentMethod method,
        CancellationToken cancellationToken
    )
    {
        using var progress = new ProgressLine("aligning");
        using var first = StateDict.Of(members[0]);
        var others = ImmutableArray.CreateBuilder<AlignedModel>();
        try
        {
            foreach (var member in members.Skip(1))
            {
                others.Add(Align(first, member));
            }
        }
        catch
        {
            others.ToList().ForEach(other => other.Weights.Dispose());
            throw;
        }

        return new(method, others.ToImmutable());

        AlignedModel Align(StateDict first, Network member)
        {
            using var own = StateDict.Of(member);
            var aligned = ModelAlignment.Align(
                member,
                first,
                own,
                images.Height,
                method,
                images,
                settings,
                progress: progress,
                cancellationToken: cancellationToken
            );
            aligned.Weights.CopyTo(member);
            return aligned;
        }
    }

    /// <summary>Adds what permuting did to a document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="names">Names of all checkpoints.</param>
    public void AddTo(JsonObject document, ImmutableArray<string> names) =>
        document["permuted"] = new JsonArray([
            .. Others.Select(
                (other, i) =>
                {
                    var entry = new JsonObject { ["file"] = names[i + 1] };
                    AlignmentOutput.AddTo(entry, other);
                    return entry;
                }
            ),
        ]);

    /// <summary>Prints what permuting did.</summary>
    /// <param name="names">Names of all checkpoints.</param>
    public void Print(ImmutableArray<string> names)
    {
        foreach (var (i, other) in Others.Index())
        {
            Console.WriteLine($"{names[i + 1]}:");
            AlignmentOutput.Print(other, Method);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var other in Others)
        {
            other.Weights.Dispose();
        }
    }
}
