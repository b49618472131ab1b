using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>
/// The scores that modules of one run are judged by, in the form in which they are compared: recalibrated where the
/// network has batch normalization.
/// </summary>
/// <param name="Trained">The trained network.</param>
/// <param name="Rewound">Each module rewound, in the order of <see cref="RewindingResult.Modules"/>.</param>
internal sealed record RewindingSamples(ScoreSample Trained, ImmutableArray<ScoreSample> Rewound)
{
    private const string TrainedName = "trained";

    /// <summary>The scores that a task leaves, by name: the trained network, then every rewound module.</summary>
    /// <param name="measured">What was measured.</param>
    public static IEnumerable<(string Name, ScoreSample Score)> Name(MeasuredRewinding measured) =>
        measured
            .Result.Modules.Zip(measured.Judged.Modules, (module, score) => (Named(module.Name), score))
            .Prepend((TrainedName, measured.Judged.Trained))
            .Select(one => (one.Item1, ScoreSample.FromScore(one.Item2)));

    /// <summary>Reads them.</summary>
    /// <param name="document">Content of the task's file of scores.</param>
    /// <param name="rewinding">The task's result.</param>
    public static RewindingSamples Read(JsonNode document, RewindingResult rewinding) =>
        new(
            ScoreFile.Read(document, TrainedName),
            [.. rewinding.Modules.Select(module => ScoreFile.Read(document, Named(module.Name)))]
        );

    /// <summary>What rewinding a module costs.</summary>
    /// <param name="module">Index of the module.</param>
    public ScoreSample Lost(int module) => Trained.Minus(Rewound[module]);

    private static string Named(string module) => $"rewound {module}";
}
