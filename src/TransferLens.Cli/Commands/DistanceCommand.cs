using System.CommandLine;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Alignment;
using TransferLens.Analyses.Common;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Vision.Models;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens distance</c>: the distance between two checkpoints in parameter space.</summary>
internal static class DistanceCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var options = new AnalysisOptions("The two checkpoints");
        var align = new AlignOptions(AlignmentMethod.None, AlignmentMethod.Weights);
        var command = new Command(
            "distance",
            "Measure the distance between two checkpoints in parameter space, in total and per module."
        )
        {
            options.Network,
            options.Weights,
            options.WeightsKey,
            options.Threads,
            options.Json,
        };
        foreach (var option in align.All)
        {
            command.Add(option);
        }

        command.SetAction(
            (parsed, cancellationToken) => Task.Run(() => Run(options, align, parsed, cancellationToken))
        );
        return command;
    }

    private static int Run(
        AnalysisOptions options,
        AlignOptions align,
        ParseResult parsed,
        CancellationToken cancellationToken
    )
    {
        var files = options.WeightsOf(parsed, 2);
        var (method, saved) = (align.MethodOf(parsed), align.FileOf(parsed, files));
        var name = options.NetworkOf(parsed);
        _ = NamedNetworks.Find(name);
        Threading.Use(ThreadCount.Capped(parsed.GetValue(options.Threads)));
        var key = parsed.GetValue(options.WeightsKey);
        using var first = AnalysisInputs.Weights(files[0], name, key);
        using var second = AnalysisInputs.Weights(files[1], name, key);
        using var network = NetworkFit.Create(NamedNetworks.Find(name), first);
        var measured = DistanceMeasurement.Measure(network, first, second);
        var aligned = method == AlignmentMethod.None ? null : Align(network, first, second, name, cancellationToken);
        using var permuted = aligned?.Weights;
        if (saved is not null)
        {
            AlignmentOutput.Save(aligned!, method, saved, files[0]);
        }

        if (parsed.GetValue(options.Json))
        {
            var document = new JsonObject
            {
                ["total"] = measured.Total,
                ["modules"] = new JsonArray([
                    .. measured.Modules.Select(module => new JsonObject
                    {
                        ["name"] = module.Name,
                        ["distance"] = module.Distance,
                        ["firstNorm"] = module.FirstNorm,
                        ["secondNorm"] = module.SecondNorm,
                    }),
                ]),
                ["firstNorm"] = measured.FirstNorm,
                ["secondNorm"] = measured.SecondNorm,
                ["headLeftOut"] = measured.HeadLeftOut,
            };
            if (aligned is not null)
            {
                var after = new JsonObject();
                AlignmentOutput.AddTo(after, aligned);
                document["aligned"] = after;
            }

            Json.Print(document);
            return 0;
        }

        var width = measured.Modules.Max(module => module.Name.Length);
        Console.WriteLine($"{"module".PadRight(width)}  {"distance",10}  {"norm 1",10}  {"norm 2",10}");
        foreach (
            var module in measured.Modules.Append(new("total", measured.Total, measured.FirstNorm, measured.SecondNorm))
        )
        {
            var norms = $"{module.FirstNorm,10:0.0000}  {module.SecondNorm,10:0.0000}";
            Console.WriteLine($"{module.Name.PadRight(width)}  {module.Distance,10:0.0000}  {norms}");
        }

        if (measured.HeadLeftOut)
        {
            Console.WriteLine($"The heads ({network.Head.Name}) have different numbers of classes and are left out.");
        }

        if (aligned is not null)
        {
            AlignmentOutput.Print(aligned, method);
        }

        return 0;
    }

    private static AlignedModel Align(
        Network network,
        StateDict first,
        StateDict second,
        string name,
        CancellationToken cancellationToken
    )
    {
        using var progress = new ProgressLine("aligning");
        return ModelAlignment.Align(
            network,
            first,
            second,
            NamedNetworks.UsualSize(name),
            progress: progress,
            cancellationToken: cancellationToken
        );
    }
}
