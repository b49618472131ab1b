using System.CommandLine;
using TransferLens.Analyses.Mistakes;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens mistakes</c>: which images two checkpoints predict incorrectly.</summary>
internal static class MistakesCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var options = new MistakesOptions();
        return options.Shared.Command(
            "mistakes",
            "Compare which images two checkpoints predict incorrectly, and evaluate the pair as an ensemble.",
            options.Further,
            (parsed, cancellationToken) => Run(options, parsed, cancellationToken)
        );
    }

    private static int Run(MistakesOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        var shared = options.Shared;
        var files = shared.WeightsOf(parsed, 2);
        var names = options.NetworkNames(parsed, files);
        var listed = options.Settings.Read(parsed).Examples;
        var settings = AnalysisInputs.Prepare(shared, parsed);
        foreach (var name in names)
        {
            NamedNetworks.Find(name).CheckSize(shared.ImagesOf(parsed).Size);
        }

        using var first = AnalysisInputs.Network(shared, parsed, files[0], names[0]);
        using var second = AnalysisInputs.Network(shared, parsed, files[1], names[1]);
        CheckClasses(AnalysisInputs.Classes(first), AnalysisInputs.Classes(second));
        using var images = AnalysisInputs.Labelled(shared, parsed, files[0], first, cancellationToken);
        var result = MistakeComparison.Compare(
            Evaluate("evaluating the first", first, images, settings, cancellationToken),
            Evaluate("evaluating the second", second, images, settings, cancellationToken),
            images.Labels
        );
        if (parsed.GetValue(shared.Json))
        {
            Json.Print(MistakesDocument.Create(result, images, [first.Name, second.Name], listed));
            return 0;
        }

        if (first.Name != second.Name)
        {
            Console.WriteLine($"The first is a {first.Name}, the second a {second.Name}.");
        }

        new MistakesText(result, images).Print(listed);
        return 0;
    }

    private static EvaluationResult Evaluate(
        string what,
        Network network,
        ImageSet images,
        EvaluationSettings settings,
        CancellationToken cancellationToken
    )
    {
        using var progress = new ProgressLine(what);
        return Evaluator.Evaluate(network, images, settings, progress, cancellationToken);
    }

    private static void CheckClasses(long first, long second)
    {
        if (first != second)
        {
            throw new InputException(
                $"The first weights have {first} classes and the second {second}. "
                    + "Mistakes can be compared over the same classes only."
            );
        }
    }
}
