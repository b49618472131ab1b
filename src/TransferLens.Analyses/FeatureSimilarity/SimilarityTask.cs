using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Training;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// Settings of the task kind <c>feature_similarity</c>: all models on one target, including P, on the same images.
/// </summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Models">Roles of the inputs that contain the weights, in the order of the result.</param>
/// <param name="Examples">Maximum number of images, taken from the classes in turn; null for all.</param>
/// <param name="Pool">Whether each channel is averaged over height and width first.</param>
/// <param name="Memory">Memory for Gram matrices and module outputs in MiB.</param>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="Precision">Precision of the networks.</param>
internal sealed record SimilarityTaskSettings(
    string Network,
    ImmutableArray<string> Models,
    int? Examples,
    bool Pool,
    int Memory,
    Normalization Normalize,
    Precision Precision
)
{
    /// <summary>Which tokens of transformers are compared; all where it is not written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SimilarityTokens Tokens { get; init; }
}

/// <summary>The task kind <c>feature_similarity</c>.</summary>
internal sealed class SimilarityTask : ITaskRunner
{
    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("feature_similarity", 3);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<SimilarityTaskSettings>(context.Settings);
        using var images = ImageCache.Open(context.Inputs["images"]);
        var networks = new List<Network>();
        try
        {
            foreach (var model in settings.Models)
            {
                networks.Add(Load(context.Network(settings.Network), context.Inputs[model]));
            }

            var measurement = new SimilaritySettings(
                settings.Normalize,
                EvaluationSettings.DefaultBatchSize,
                settings.Precision
            )
            {
                Tokens = settings.Tokens,
                Pool = settings.Pool,
                Memory = settings.Memory,
            };
            var measured = SimilarityMeasurement.Measure(
                networks,
                images,
                measurement,
                settings.Examples is { } most ? StratifiedSample.Choose(images.Labels, most) : null,
                context.PartialResults,
                context.Progress,
                context.CancellationToken
            );
            File.WriteAllText(
                Path.Combine(context.Output, "result.json"),
                new JsonObject
                {
                    ["similarity"] = JsonSerializer.SerializeToNode(measured, ResultJson.Options),
                }.ToJsonString()
            );
        }
        finally
        {
            networks.ForEach(network => network.Dispose());
        }
    }

    // P has other classes than the runs.
    private static Network Load(NetworkArchitecture network, string artifact) =>
        ModelFile.LoadOwnHead(network, CheckpointFiles.Find(artifact, "last"));
}
