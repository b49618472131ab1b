using System.CommandLine;
using TransferLens.Cli.Options;
using TransferLens.Cli.Processes;
using TransferLens.Runs;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens demo</c>: the built-in study on the built-in synthetic images.</summary>
internal static class DemoCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var options = new StudyOptions();
        var place = new Option<DirectoryInfo>("--out")
        {
            Description = "Folder for study, results and report.",
            HelpName = "DIR",
            DefaultValueFactory = _ => new("transferlens-demo"),
        };
        var command = new Command(
            "demo",
            "Run the built-in study on synthetic images. Takes a few minutes; downloads nothing."
        )
        {
            place,
            options.Jobs,
            options.Threads,
            options.Device,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
            {
                options.UseDevice(parsed);
                var path = parsed.GetRequiredValue(place).FullName;
                var file = WriteStudy(path);
                var run = StudyRun.Read(file, new() { Folder = path, Store = Path.Combine(path, "store") });
                var settings = ExecutorOptions.Settings(run, options.Share(parsed, run));
                return StudyRunner.RunAsync(run, ExecutorOptions.Default, settings, cancellationToken);
            }
        );
        return command;
    }

    private static string WriteStudy(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            using var resource = new StreamReader(typeof(DemoCommand).Assembly.GetManifestResourceStream("demo.yaml")!);
            var (path, text) = (Path.Combine(folder, "study.yaml"), resource.ReadToEnd());
            if (File.Exists(path) && File.ReadAllText(path) != text)
            {
                throw new InputException(
                    $"The folder '{folder}' has another study.yaml; choose another folder with --out."
                );
            }

            File.WriteAllText(path, text);
            return path;
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
