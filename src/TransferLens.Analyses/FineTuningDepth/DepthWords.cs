using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models.Architectures;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>What a rung trains, in words that fit after "training".</summary>
internal static class DepthWords
{
    /// <summary>Words for a rung.</summary>
    /// <param name="rung">Its name.</param>
    /// <param name="frozen">Modules that it does not train.</param>
    /// <param name="network">The network's name.</param>
    public static string Of(string rung, ImmutableArray<string> frozen, string network) =>
        rung switch
        {
            DepthChoice.Whole => "the whole network",
            DepthChoice.Scratch => "the whole network from scratch",
            DepthChoice.Head => "the head alone",
            _ => string.Join(
                ", ",
                Networks
                    .Find(network)
                    .Modules[frozen.Length..^1]
                    .GroupBy(Freeze.Stage)
                    .Select(stage =>
                        frozen.Any(module => Freeze.Stage(module) == stage.Key) ? string.Join(", ", stage) : stage.Key
                    )
            ) + " and the head",
        };
}
