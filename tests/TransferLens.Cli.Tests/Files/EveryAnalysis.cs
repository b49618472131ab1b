using TransferLens.Runs;
using TransferLens.Studies.Plans;

[assembly: AssemblyFixture(typeof(TransferLens.Cli.Tests.Files.EveryAnalysis))]

namespace TransferLens.Cli.Tests.Files;

/// <summary>A tiny study that asks every question that there is, run to its end once; nobody changes what it left.</summary>
public sealed class EveryAnalysis : IDisposable
{
    // What is not here takes its defaults.
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["feature_reuse"] = "{block_sizes: [1, 16]}",
        ["mistakes"] = "{examples: 2}",
        ["performance_barrier"] = "{points: 3, plane: 2, basin_draws: 10, align: weights, curve: {epochs: 1}}",
        ["module_criticality"] = "{paths: direct, alphas: [0, 1], sigmas: [0.1], draws: 2}",
        ["checkpoint_sweep"] = "{points: 3, instability: true}",
        ["data_efficiency"] = "{shares: [0.5]}",
        ["wise_ft"] = "{points: 3}",
    };

    private readonly Lazy<TinyStudy> made = new(() =>
    {
        var study = new TinyStudy();
        study.Run(Arguments).Ended(0);
        return study;
    });

    /// <summary>What makes a <see cref="TinyStudy"/> ask every question.</summary>
    internal static string[] Arguments =>
        [
            "--set",
            $"analyses={{{Analyses}}}",
            "--set",
            "pretrained.keep=[1, last]",
            "--set",
            "runs={P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2]}, RI-T: {init: random, learning_rate: 0.05, seeds: [1]}}",
        ];

    private static string Analyses =>
        string.Join(
            ", ",
            Catalog.Default.Analyses.Select(analysis =>
                $"{analysis.Name}: {Settings.GetValueOrDefault(analysis.Name, "{}")}"
            )
        );

    /// <summary>The study, finished.</summary>
    internal TinyStudy Study => made.Value;

    public void Dispose()
    {
        if (made.IsValueCreated)
        {
            made.Value.Dispose();
        }
    }
}
