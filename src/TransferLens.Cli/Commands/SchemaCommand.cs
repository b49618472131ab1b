using System.CommandLine;
using TransferLens.Cli.Output;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens schema</c>: prints the JSON Schema of study files or of <c>results.json</c>.</summary>
internal static class SchemaCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var of = new Argument<string>("KIND") { Description = "study or results." };
        var command = new Command(
            "schema",
            "Print the JSON Schema of study files or of results.json, for editors and validators."
        )
        {
            of,
        };
        command.SetAction(parsed =>
        {
            Console.Write(
                SchemaFiles.Text(
                    parsed.GetRequiredValue(of) switch
                    {
                        "study" => SchemaFiles.Study,
                        "results" => SchemaFiles.Results,
                        var other => throw new InputException(
                            $"There is no schema of '{other}'. Write study or results."
                        ),
                    }
                )
            );
            return 0;
        });
        return command;
    }
}
