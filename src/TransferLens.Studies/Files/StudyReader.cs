using System.Collections.Immutable;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads a study file's top-level keys and passes each section to its reader.</summary>
internal static class StudyReader
{
    /// <summary>The valid keys.</summary>
    public static ImmutableArray<string> Keys { get; } =
    [
        "study",
        "network",
        "modules",
        "images",
        "preprocessing",
        "metric",
        "pretrained",
        "targets",
        "training",
        "runs",
        "analyses",
        "slurm",
    ];

    public static Study Read(
        StudyNode root,
        string folder,
        Catalog catalog,
        IRemoteWeights? remote,
        TrainingSettings defaults
    )
    {
        root.Keys(Keys);
        var name = root.Get("study");
        StudyName.Check(name, name.Text(), others: "");
        var (network, networkFile) = NetworkReader.Read(root.Get("network"), folder, catalog);
        var preprocessing = root.Find("preprocessing");
        var weights = new WeightsPath(folder, remote);
        var (images, notes) = ImagesReader.Read(
            preprocessing is null ? root.Get("images") : root.Find("images"),
            preprocessing,
            named => NetworkReader.Preprocessing(named, folder, catalog),
            () => Weights(root) is { } named ? weights.Find(named) : null
        );
        var data = new DataReader(folder, images.Size, catalog.Formats);
        // Read targets before P: missing images take longest to fetch, so report them first.
        var targets = Named(root.Get("targets"), data.Read);
        var pretrained = root.Find("pretrained") is { } p
            ? PretrainedReader.Read(p, data, weights, networkFile, defaults)
            : null;
        var training = root.Find("training") is { } t
            ? TrainingReader.Read(t.Keys(TrainingReader.Keys), defaults)
            : defaults;
        var hasWeights = pretrained is not null || networkFile is not null;
        var runs = Named(root.Get("runs"), run => RunReader.Read(run, training, hasWeights));
        return new(
            name.Text(),
            network,
            images,
            pretrained ?? NetworkReader.OwnWeights(networkFile, runs.Select(run => run.Value)),
            targets,
            training,
            runs,
            root.Find("analyses") is { } a ? AnalysesReader.Read(a, catalog.Analyses) : [],
            folder
        )
        {
            Notes = notes,
            NetworkFile = networkFile,
            Modules = root.Find("modules") is { } groups ? ModuleGroupsReader.Read(groups) : null,
            Metric = root.Find("metric")?.OneOf([.. catalog.Metrics.Select(metric => metric.Key)]),
            Slurm = root.Find("slurm") is { } slurm
                ? SlurmReader.Read(slurm, [.. catalog.Tasks.Select(runner => runner.Kind.Name)])
                : null,
        };
    }

    // P's weights, before they are checked.
    private static StudyNode? Weights(StudyNode root)
    {
        var weights = root.Find("pretrained")?.Find("weights");
        if (weights is { Tree: YamlMap })
        {
            weights = weights.Find("file");
        }

        return weights?.OneOrMore()[^1];
    }

    private static ImmutableArray<KeyValuePair<string, T>> Named<T>(StudyNode node, Func<StudyNode, T> read)
    {
        var named = node.Entries()
            .Select(entry =>
            {
                StudyName.Check(entry.Value, entry.Key, others: " +");
                return KeyValuePair.Create(entry.Key, read(entry.Value));
            })
            .ToImmutableArray();
        return named.IsEmpty ? throw node.Wrong("has no entry; name at least one.") : named;
    }
}
