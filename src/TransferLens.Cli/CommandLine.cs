using System.CommandLine;
using System.CommandLine.Help;
using TransferLens.Cli.Commands;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli;

/// <summary>The command line: its commands, and how errors are printed.</summary>
/// <remarks>Exit codes: 0 done; 1 the work failed; 2 the request was wrong; 130 stopped by Ctrl-C.</remarks>
internal static class CommandLine
{
    // Longer than an executor waits for its workers. After it, a process that was cancelled is killed.
    private static readonly TimeSpan CleanStop = TimeSpan.FromSeconds(30);

    private static readonly Option<bool> Verbose = new("--verbose")
    {
        Description = "Show the stack trace of an error.",
        Recursive = true,
    };

    /// <summary>The root command with every command below it, in the order in which a new user meets them.</summary>
    public static RootCommand Root() =>
        new("Find out what a fine-tuned vision model gained from its pretrained checkpoint.")
        {
            DemoCommand.Create(),
            InitCommand.Create(),
            PlanCommand.Create(),
            RunCommand.Create(),
            StatusCommand.Create(),
            CancelCommand.Create(),
            ServeCommand.Create(),
            ReportCommand.Create(),
            CleanCommand.Create(),
            EvaluateCommand.Create(),
            ProbeCommand.Create(),
            BarrierCommand.Create(),
            SoupCommand.Create(),
            WiseFtCommand.Create(),
            DistanceCommand.Create(),
            SimilarityCommand.Create(),
            CriticalityCommand.Create(),
            MistakesCommand.Create(),
            SpectrumCommand.Create(),
            InspectCommand.Create(),
            ConvertCommand.Create(),
            ExportCommand.Create(),
            SchemaCommand.Create(),
            DoctorCommand.Create(),
            TaskCommand.Create(),
            Verbose,
        };

    /// <summary>Parses and runs; an error becomes one sentence on standard error and an exit code.</summary>
    public static async Task<int> InvokeAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Action is not HelpAction && ParseProblem.Find(parsed) is { } problem)
        {
            var mark = problem.EndsWith('?') ? "" : ".";
            return Fail($"{problem}{mark} Run `transferlens{ParseProblem.Path(parsed)} --help` for usage.", 2);
        }

        try
        {
            var code = await parsed
                .InvokeAsync(
                    new InvocationConfiguration
                    {
                        EnableDefaultExceptionHandler = false,
                        ProcessTerminationTimeout = CleanStop,
                    }
                )
                .ConfigureAwait(false);
            InputNotes.Print(Console.Error);
            return code;
        }
        catch (OperationCanceledException)
        {
            return Fail("Stopped.", 130);
        }
        catch (Exception failure) when (!parsed.GetValue(Verbose))
        {
            return failure is InputException or DamagedArtifactException
                ? Fail(
                    $"{failure.Message.ReplaceLineEndings(" ")}{Advice(parsed, failure)}",
                    failure is InputException ? 2 : 1
                )
                : Fail($"The work failed: {Sentence.FromException(failure)} Run again with --verbose for details.", 1);
        }
        catch (Exception failure)
        {
            return Fail(failure.ToString(), failure is InputException ? 2 : 1);
        }
    }

    // What only the command knows of: the option that decides.
    private static string Advice(ParseResult parsed, Exception failure) =>
        failure.InnerException is SeveralStateDictsException { Found: [var first, ..] }
        && WeightsArgument.HasKey(parsed.CommandResult.Command)
            ? $" The option is {WeightsArgument.Choice(first.Key)}"
            : "";

    private static int Fail(string message, int code)
    {
        Console.Error.WriteLine(code == 130 ? message : $"transferlens: {message}");
        return code;
    }
}
