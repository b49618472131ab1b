using System.CommandLine;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Mistakes;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens mistakes</c>: which images two checkpoints get wrong.</summary>
internal static class MistakesCommand
{
    private sealed record Own(Option<string?> SecondNetwork, Option<int> Examples);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var options = new AnalysisOptions();
        var own = new Own(
            new("--network2")
            {
                Description = "The second network by name, if it is another; the same as a second name with --network.",
            },
            new("--examples")
            {
                Description = "Images listed that only one of the two gets wrong.",
                DefaultValueFactory = _ => 12,
            }
        );
        return options.Command(
            "mistakes",
            "Which images two checkpoints get wrong: both, only the first, only the second; whether they differ, and whether the two together are better. They may be of two networks.",
            [own.SecondNetwork, own.Examples],
            (parsed, cancellationToken) => Run(options, own, parsed, cancellationToken)
        );
    }

    private static int Run(AnalysisOptions options, Own own, ParseResult parsed, CancellationToken cancellationToken)
    {
        var files = options.WeightsOf(parsed, 2);
        var names = Names(options, own, parsed, files);
        var examples = parsed.GetValue(own.Examples);
        if (examples < 0)
        {
            throw new InputException($"--examples is {examples}, but it must be at least 0.");
        }

        var settings = AnalysisInputs.Prepare(options, parsed);
        foreach (var name in names)
        {
            Networks.Find(name).CheckSize(options.ImagesOf(parsed).Size);
        }

        using var first = AnalysisInputs.Network(options, parsed, files[0], names[0]);
        using var second = AnalysisInputs.Network(options, parsed, files[1], names[1]);
        var (a, b) = (Classes(first), Classes(second));
        if (a != b)
        {
            throw new InputException(
                $"The first weights know {a} classes and the second {b}; mistakes can be compared over the same classes only."
            );
        }

        using var images = AnalysisInputs.Labelled(options, parsed, files[0], first, cancellationToken);
        var evaluations = new[] { first, second }
            .Select(
                (network, which) =>
                {
                    using var progress = new ProgressLine(
                        which == 0 ? "evaluating the first" : "evaluating the second"
                    );
                    return Evaluator.Evaluate(network, images, settings, progress, cancellationToken);
                }
            )
            .ToList();
        var result = MistakeComparison.Compare(evaluations[0], evaluations[1], images.Labels);
        if (parsed.GetValue(options.Json))
        {
            Json.Print(MistakesDocument.Of(result, images, [first.Name, second.Name], examples));
        }
        else
        {
            if (first.Name != second.Name)
            {
                Console.WriteLine($"The first is a {first.Name}, the second a {second.Name}.");
            }

            Print(result, images, examples);
        }

        return 0;

        static long Classes(Network network) => network.state_dict()[$"{network.Head.Name}.weight"].shape[0];
    }

    // With one name for two files the first must be of that network; the second, if it is of another known one, is taken for that.
    private static IReadOnlyList<string> Names(
        AnalysisOptions options,
        Own own,
        ParseResult parsed,
        IReadOnlyList<string> files
    )
    {
        var names = options.NetworksOf(parsed, 2);
        var given = parsed.GetRequiredValue(options.Network).Length;
        return parsed.GetValue(own.SecondNetwork) is { } second
            ? given == 1
                ? [names[0], second]
                : throw new InputException("--network names two networks already; leave --network2 out.")
            : given == 2
                ? names
                : [names[0], Fitting(files[1]) ?? names[1]];
    }

    private static string? Fitting(string file)
    {
        using var weights = Checkpoint.Read(file);
        return NetworkFit.Find(weights)?.Network.Name;
    }

    private static void Print(MistakesResult result, ImageSet images, int examples)
    {
        if (result.Decisions is { } decisions)
        {
            Console.WriteLine(
                $"{decisions} decisions, one for each of {result.Examples} images and {result.Classes.Length} labels, yes above probability 1/2."
            );
        }

        Line("both wrong", result.Common);
        if (result.Decisions is null)
        {
            Line("  the same answer", result.SameWrongLabel, "of those");
        }

        Line("only the first wrong", result.OnlyFirst);
        Line("only the second wrong", result.OnlySecond);
        Line("both right", result.BothCorrect);
        if (result.McNemar is { } test)
        {
            Console.WriteLine(Test("McNemar's exact test", test));
        }

        Console.WriteLine(
            result.ErrorConsistency is { } consistency
                ? $"error consistency             {consistency.Value:0.000} ({consistency.Low:0.000} to {consistency.High:0.000}); 0 by chance, 1 the same {(result.Decisions is null ? "images" : "decisions")}"
                : "error consistency             undefined: both are always right or always wrong"
        );
        var (metric, score, gain) = (ScoreText.MetricOf(images), result.Ensemble.Score, result.Ensemble.Gain);
        Console.WriteLine(
            $"the two together              {ScoreText.Of(metric, score.Value)} {ScoreText.Right(metric)}, {ScoreText.Signed(metric, gain.Value)} {metric.DifferenceWords} ({ScoreText.Signed(metric, gain.Low)} to {ScoreText.Signed(metric, gain.High)}) against the better one"
        );
        foreach (var label in result.Decisions is null ? [] : result.Classes)
        {
            Console.WriteLine(
                Test(
                    $"  {MistakesDocument.ClassName(images, label.Label)}: only first {label.OnlyFirst}, only second {label.OnlySecond}, both wrong {label.Common}, McNemar ",
                    label.McNemar!
                )
            );
        }

        Console.WriteLine("Brackets are 95 % bootstrap intervals over images.");
        var many = images.Labels.IsMultiLabel;
        List("Only the first wrong, most confident first:", result.OnlyFirstImages);
        List("Only the second wrong, most confident first:", result.OnlySecondImages);

        static string Test(string what, McNemar test) =>
            test.P > 0 ? $"{what, -30}p = {test.P:G3}" : $"{what, -30}p = 10^{test.Log10P:0.0}";

        void Line(string what, MistakeCount count, string of = "") =>
            Console.WriteLine(
                $"{what, -22}{count.Count, 7}{(count.Share is { } share ? $"  {share:P2} {(of.Length > 0 ? of + " " : "")}({count.Low:P2} to {count.High:P2})" : "")}"
            );

        void List(string heading, IReadOnlyList<Mistake> mistakes)
        {
            if (mistakes.Count > 0 && examples > 0)
            {
                Console.WriteLine();
                Console.WriteLine(heading);
                foreach (var mistake in mistakes.Take(examples))
                {
                    var (shown, answer) = mistake.Words(many, label => MistakesDocument.ClassName(images, label));
                    Console.WriteLine(
                        $"  {images.Names[mistake.Image]}: {shown}, taken for {answer}{(mistake.Confidence is { } c ? $" ({c:P1})" : "")}"
                    );
                }
            }
        }
    }
}
