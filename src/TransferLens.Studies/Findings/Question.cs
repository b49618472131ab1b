using System.Collections.Immutable;

namespace TransferLens.Studies.Findings;

/// <summary>The questions that someone has who fine-tunes a model. A report answers them first.</summary>
public static class Question
{
    /// <summary>Answered by the final accuracies of runs from pretrained and random weights.</summary>
    public const string Gain = "Does pretraining help?";

    /// <summary>Answered by block-shuffled images.</summary>
    public const string Source = "Where does the gain come from: features or low-level statistics?";

    /// <summary>Answered by training on fewer images.</summary>
    public const string Images = "How many images is pretraining worth?";

    /// <summary>Answered by training only part of the network.</summary>
    public const string Depth = "How much of the network should be trained?";

    /// <summary>Answered by rewinding modules and by training with modules frozen.</summary>
    public const string Freezing = "Which modules can be frozen?";

    /// <summary>Answered by the performance barrier between runs.</summary>
    public const string Basin = "Do fine-tuned models lie in the same basin?";

    /// <summary>Answered by measuring the average of their weights.</summary>
    public const string Averaging = "Can fine-tuned models be averaged?";

    /// <summary>Answered by measuring the average of their predictions.</summary>
    public const string Ensemble = "Would an ensemble help?";

    /// <summary>Answered by fine-tuning from several checkpoints of a pretraining run.</summary>
    public const string Checkpoint = "Which pretraining checkpoint suffices?";

    /// <summary>Answered by the line from the pretrained model to the fine-tuned one.</summary>
    public const string Forgetting = "What did fine-tuning forget, and what can be recovered?";

    /// <summary>All questions, in the order of the report.</summary>
    public static ImmutableArray<string> All { get; } =
    [Gain, Source, Images, Depth, Freezing, Basin, Averaging, Ensemble, Checkpoint, Forgetting];
}
