using System.Collections.Immutable;
using System.CommandLine;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Onnx.Files;
using TransferLens.Vision.Models.Onnx.Networks;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens inspect</c>: what is in a weights file.</summary>
internal static class InspectCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var (file, json) = (
            new WeightsArgument(),
            new Option<bool>("--json") { Description = "Print one JSON document instead of a table." }
        );
        var command = new Command(
            "inspect",
            "List the tensors of a weights file, and identify the network they fit. Never executes code from the file."
        )
        {
            json,
        };
        file.AddTo(command);
        command.SetAction(parsed => Run(file.Of(parsed), parsed.GetValue(file.Key), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string file, string? key, bool json)
    {
        var graph = OnnxParts.IsNamed(file) ? OnnxDefinition.Read(file) : null;
        try
        {
            using var read = Checkpoint.Identify(file, key);
            if (json)
            {
                Json.Print(InspectDocument.Create(read, graph is null ? null : OnnxOutput.Json(graph)));
            }
            else
            {
                OnnxOutput.Print(graph, Console.Out);
                InspectDocument.Print(read, isGraph: graph is not null);
            }
        }
        catch (InputException tie) when (tie.InnerException is SeveralStateDictsException several)
        {
            List(several.Found, json);
        }

        return 0;
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
