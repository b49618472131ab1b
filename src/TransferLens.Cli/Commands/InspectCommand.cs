using System.Collections.Immutable;
using System.CommandLine;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Onnx.Files;
using TransferLens.Vision.Models.Onnx.Networks;
using TransferLens.Vision.Models.Permutations;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens inspect</c>: what is in a weights file.</summary>
internal static class InspectCommand
{
    // Channels before the head do not depend on the number of classes.
    private const int AnyClasses = 10;

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var (file, json) = (
            new WeightsArgument(),
            new Option<bool>("--json") { Description = "Print one JSON document instead of a table." }
        );
        var groups = new Option<bool>("--groups")
        {
            Description =
                "Also list the hidden channels that can be permuted without changing what the network computes.",
        };
        var command = new Command(
            "inspect",
            "List the tensors of a weights file, and identify the network they fit. Never executes code from the file."
        )
        {
            json,
            groups,
        };
        file.AddTo(command);
        command.SetAction(parsed =>
            Run(file.Of(parsed), parsed.GetValue(file.Key), parsed.GetValue(json), parsed.GetValue(groups))
        );
        return command;
    }

    private static int Run(string file, string? key, bool json, bool withGroups)
    {
        var graph = OnnxParts.IsNamed(file) ? OnnxDefinition.Read(file) : null;
        try
        {
            using var read = Checkpoint.Identify(file, key);
            ImmutableArray<PermutationGroup>? groups = withGroups ? Groups(file, graph, read) : null;
            if (json)
            {
                var document = InspectDocument.Create(read, graph is null ? null : OnnxOutput.Json(graph));
                if (groups is { } found)
                {
                    document["groups"] = GroupsOutput.Json(found);
                }

                Json.Print(document);
            }
            else
            {
                OnnxOutput.Print(graph, Console.Out);
                InspectDocument.Print(read, isGraph: graph is not null);
                if (groups is { } found)
                {
                    GroupsOutput.Print(found);
                }
            }
        }
        catch (InputException tie) when (tie.InnerException is SeveralStateDictsException several)
        {
            List(several.Found, json);
        }

        return 0;
    }

    private static ImmutableArray<PermutationGroup> Groups(string file, OnnxDefinition? graph, CheckpointWeights read)
    {
        var declared = graph is null ? read.Network : NamedNetworks.Find(file);
        if (declared is null)
        {
            throw new InputException(
                $"--groups needs a network, and the weights in '{file}' fit none that is known. Export the network to "
                    + "ONNX, and inspect that file."
            );
        }

        using var network = declared.Create(read.Classes ?? AnyClasses, seed: 0);
        return PermutationGroups.Find(network, NamedNetworks.UsualSizeOf(declared)).Describe();
    }

    // A choice is what an analysis needs. Here all of them are shown.
    private static void List(ImmutableArray<FoundStateDict> found, bool json)
    {
        if (json)
        {
            Json.Print(StateDictsDocument.Create(found));
        }
        else
        {
            StateDictsDocument.Print(found, WeightsArgument.Choice);
        }
    }
}
