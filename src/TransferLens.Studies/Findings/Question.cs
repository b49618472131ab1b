using System.Collections.Immutable;

namespace TransferLens.Studies.Findings;

/// <summary>The questions of whoever must decide how to fine-tune. A report answers them before it explains anything.</summary>
public static class Question
{
    /// <summary>Answered by the final accuracies of P-T and RI-T.</summary>
    public const string Gain = "Does pretraining help?";

    /// <summary>Answered by block-shuffled images.</summary>
    public const string Source = "What of it helps: features or low-level statistics?";

    /// <summary>Answered by training less of the network, at less cost.</summary>
    public const string Depth = "How much of the network should be trained?";

    /// <summary>Answered by rewinding modules and by training with some of them frozen.</summary>
    public const string Freezing = "Which modules can be frozen or reset?";

    /// <summary>Answered by the performance barrier on the line between trainings.</summary>
    public const string Basin = "Do fine-tuned models lie in one basin?";

    /// <summary>Answered by the measured average of their weights.</summary>
    public const string Averaging = "May fine-tuned models be averaged?";

    /// <summary>Answered by the measured average of their predictions.</summary>
    public const string Ensemble = "Would an ensemble help?";

    /// <summary>Answered by fine-tuning from several checkpoints of a pretraining.</summary>
    public const string Checkpoint = "Which pretraining checkpoint suffices?";

    /// <summary>Every question, in the order in which a report answers them.</summary>
    public static ImmutableArray<string> All { get; } =
    [Gain, Source, Depth, Freezing, Basin, Averaging, Ensemble, Checkpoint];
}
