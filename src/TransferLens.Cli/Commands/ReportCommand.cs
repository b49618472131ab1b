using System.CommandLine;
using TransferLens.Report.Comparisons;
using TransferLens.Runs;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens report</c>: results and report anew from what the store holds; of several runs, a comparison of their results.</summary>
internal static class ReportCommand
{
    private const string DefaultFolder = "comparison";

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var runs = new Argument<string[]>("RUN")
        {
            Description =
                "The run's folder, for example runs/STUDY. Several, each a finished run's folder or its results.json, are put side by side.",
            Arity = ArgumentArity.OneOrMore,
        };
        var place = new Option<DirectoryInfo?>("--out")
        {
            Description = $"Folder for the comparison of several runs; '{DefaultFolder}' unless given.",
        };
        var json = new Option<bool>("--json")
        {
            Description = "Print the comparison of several runs as JSON; writes no file.",
        };
        var command = new Command(
            "report",
            "Write results and report of a finished run anew, or compare several; computes nothing."
        )
        {
            runs,
            place,
            json,
        };
        command.SetAction(parsed =>
        {
            var paths = parsed.GetRequiredValue(runs);
            var folder = parsed.GetValue(place);
            return (paths.Length, folder, parsed.GetValue(json)) switch
            {
                (1, null, false) => Rebuild(paths[0]),
                (1, _, _) => throw new InputException(
                    "--out and --json are for a comparison of several runs, but one run is given; name another run, or leave them out."
                ),
                (_, not null, true) => throw new InputException(
                    "--json prints the comparison and writes no file, so it does not go with --out; choose one of them."
                ),
                (_, _, true) => Print(paths),
                _ => Compare(paths, folder?.FullName ?? DefaultFolder),
            };
        });
        return command;
    }

    private static int Rebuild(string run)
    {
        var opened = StudyRun.Open(run);
        opened.Conclude();
        Console.WriteLine(opened.Report);
        return 0;
    }

    private static int Print(string[] runs)
    {
        Console.WriteLine(ComparisonFile.Format(Comparison.Create(ResultsFile.Read(runs))));
        return 0;
    }

    private static int Compare(string[] runs, string folder)
    {
        var comparison = Comparison.Create(ResultsFile.Read(runs));
        try
        {
            Console.WriteLine(ComparisonWriter.Write(comparison, Path.GetFullPath(folder)));
            return 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"The folder '{folder}' cannot be written: {failure.Message.TrimEnd('.')}; choose another with --out.",
                failure
            );
        }
    }
}
