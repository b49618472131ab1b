using System.Collections.Immutable;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Weights.Hub;

namespace TransferLens.Runs;

/// <summary>How a study is read, and the folders of its run.</summary>
public sealed record StudyRunSettings
{
    /// <summary>The run's folder; null for <c>runs/STUDY</c> in the current folder.</summary>
    public string? Folder { get; init; }

    /// <summary>
    /// The store of finished tasks, which studies can share; null for a folder <c>store</c> next to the run's folder.
    /// </summary>
    public string? Store { get; init; }

    /// <summary>Overrides of the study file as <c>key.path=value</c>, for example <c>training.epochs=1</c>.</summary>
    public ImmutableArray<string> Overrides { get; init; } = [];

    /// <summary>Whether images that cannot be decoded are left out and counted, instead of ending the run.</summary>
    public bool SkipBadImages { get; init; }

    /// <summary>
    /// The formats, networks, metrics and analyses that the study can refer to; null for the built-in ones.
    /// </summary>
    public Catalog? Catalog { get; init; }

    /// <summary>
    /// Where weights named <c>hf:OWNER/NAME</c> are kept and fetched from; null for the settings of the environment.
    /// </summary>
    public HubSettings? Hub { get; init; }

    /// <summary>
    /// The number format where the study file chooses none; null for bfloat16 if <see cref="ComputeDevice"/> is a GPU,
    /// and float32 otherwise. It is part of the keys of tasks, like one that the file chooses.
    /// </summary>
    public Precision? Precision { get; init; }

    /// <summary>Receives the progress of downloads; null for nobody.</summary>
    public IProgress<TaskProgress>? Downloads { get; init; }
}
