using System.CommandLine;
using TransferLens.Cli.Output;
using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Commands;

/// <summary>
/// <c>transferlens init</c>: writes a commented example of a study file and its JSON Schema, with which editors check
/// and complete it.
/// </summary>
internal static class InitCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE")
        {
            Description = "The file to write.",
            DefaultValueFactory = _ => new("study.yaml"),
        };
        var command = new Command("init", "Write a commented example of a study file, and its schema for editors.")
        {
            file,
        };
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(file).FullName;
            if (File.Exists(path))
            {
                throw new InputException($"The file '{path}' exists already. Name another.");
            }

            if (!Directory.Exists(Path.GetDirectoryName(path)))
            {
                throw new InputException($"The folder of '{path}' does not exist. Create it first.");
            }

            var schema = Path.Combine(Path.GetDirectoryName(path)!, SchemaFiles.Study);
            try
            {
                if (File.Exists(schema) && !SchemaFiles.IsStudy(File.ReadAllText(schema)))
                {
                    throw new InputException(
                        $"The schema of study files goes to '{schema}', but that file is something else. "
                            + "Rename it, or choose another folder."
                    );
                }

                File.WriteAllText(schema, SchemaFiles.Text(SchemaFiles.Study));
                File.WriteAllText(
                    path,
                    $"# yaml-language-server: $schema={SchemaFiles.Study}\n{StudyTemplate.Text(Name(path))}"
                );
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new InputException(
                    $"'{path}' cannot be written: {failure.Message.TrimEnd('.')}; choose another location.",
                    failure
                );
            }

            var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
            Console.WriteLine(
                $"""
                Wrote {path}, and {SchemaFiles.Study} for editors.
                Enter the paths of your data and weights, then run: transferlens run {relative}
                """
            );
            return 0;
        });
        return command;
    }

    private static string Name(string path)
    {
        var name = string.Concat(
                Path.GetFileNameWithoutExtension(path)
                    .Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-')
            )
            .Trim('-');
        return name.Length > 0 ? name : "study";
    }
}
