using System.CommandLine;
using TransferLens.Report;
using TransferLens.Report.Comparisons;
using TransferLens.Runs;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens report</c>: rebuilds a run's results and report, or compares several runs.</summary>
internal static class ReportCommand
{
    private const string DefaultFolder = "comparison";

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var runs = new Argument<string[]>("RUN")
        {
            Description =
                "The run's folder, for example runs/STUDY. Several runs are compared; each is a folder or a "
                + "results.json.",
            Arity = ArgumentArity.OneOrMore,
        };
        var place = new Option<DirectoryInfo?>("--out")
        {
            Description = $"Folder for the comparison of several runs; by default '{DefaultFolder}'.",
            HelpName = "DIR",
        };
        var json = new Option<bool>("--json")
        {
            Description = "Print the comparison of several runs as JSON; write no file.",
        };
        var markdown = new Option<bool>("--markdown")
        {
            Description = "Also write summary.md: the answers and three figures, for a wiki or a pull request.",
        };
        var withoutImages = new Option<bool>("--without-images")
        {
            Description = "Leave out figures that show images of the data sets.",
        };
        var command = new Command(
            "report",
            "Rebuild the report of a finished run, or compare several runs. Does not run any tasks."
        )
        {
            runs,
            place,
            json,
            markdown,
            withoutImages,
        };
        command.SetAction(parsed =>
        {
            var paths = parsed.GetRequiredValue(runs);
            var folder = parsed.GetValue(place);
            var options = new ReportOptions
            {
                Markdown = parsed.GetValue(markdown),
                WithoutImages = parsed.GetValue(withoutImages),
            };
            if (paths.Length > 1 && options != new ReportOptions())
            {
                throw new InputException(
                    "--markdown and --without-images are for the report of a single run. Name one run, or remove them."
                );
            }

            return (paths.Length, folder, parsed.GetValue(json)) switch
            {
                (1, null, false) => Rebuild(paths[0], options),
                (1, _, _) => throw new InputException(
                    "--out and --json are for a comparison of several runs. Name another run, or remove them."
                ),
                (_, not null, true) => throw new InputException(
                    "--json prints the comparison and --out writes it. Choose one of them."
                ),
                (_, _, true) => Print(paths),
                _ => Compare(paths, folder?.FullName ?? DefaultFolder),
            };
        });
        return command;
    }

    private static int Rebuild(string run, ReportOptions options)
    {
        var opened = StudyRun.Open(run);
        opened.Conclude(options);
        Console.WriteLine(opened.Report);
        if (options.Markdown)
        {
            Console.WriteLine(opened.Summary);
        }

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
