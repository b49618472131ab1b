using System.CommandLine;
using TransferLens.Analyses.Probe;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens probe</c>: classifiers on the features of a frozen network's modules.</summary>
internal static class ProbeCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var options = new ProbeOptions();
        return options.Shared.Command(
            "probe",
            "Measure what the features of each module already know: logistic regression and nearest neighbours on a "
                + "frozen checkpoint.",
            options.Further,
            (parsed, cancellationToken) => Run(options, parsed, cancellationToken),
            options.Shared.Classes
        );
    }

    private static int Run(ProbeOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        var shared = options.Shared;
        var file = shared.WeightsOf(parsed, 1)[0];
        var given = options.Settings.Read(parsed);
        var probe = given.ToProbe();
        var settings = AnalysisInputs.Prepare(shared, parsed);
        var control = parsed.GetValue(options.NoControl) ? (int?)null : given.RandomSeed;
        var (network, random) = AnalysisInputs.WithoutHead(shared, parsed, file, control);
        using var owned = network;
        using var alsoOwned = random;
        var (train, test) = AnalysisInputs.TrainAndTest(shared, parsed, options.TrainData, cancellationToken);
        using var ofTrain = train;
        using var ofTest = test;
        using var progress = new ProgressLine("probing");
        var result = ProbeMeasurement.Measure(
            network,
            train,
            test,
            settings,
            probe,
            random,
            progress,
            cancellationToken
        );
        progress.Dispose();
        var metric = ScoreText.MetricOf(settings, test);
        if (parsed.GetValue(shared.Json))
        {
            Json.Print(ProbeOutput.Document(result, metric));
        }
        else
        {
            ProbeOutput.Print(result, probe, metric, Console.Out);
        }

        return 0;
    }
}
