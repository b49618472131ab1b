using System.CommandLine;
using TransferLens.Cli.Output;
using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Commands;

/// <summary>
/// <c>transferlens init</c>: writes a commented example of a study file, and beside it the JSON Schema that its first line
/// names, by which editors check and complete it.
/// </summary>
internal static class InitCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE")
        {
            Description = "The file to write.",
            DefaultValueFactory = _ => new("study.yaml"),
        };
        var command = new Command(
            "init",
            "Write a commented example of a study file, to be filled in, and the schema by which editors check it."
        )
        {
            file,
        };
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(file).FullName;
            if (File.Exists(path))
            {
                throw new InputException($"The file '{path}' exists already; name another.");
            }

            if (!Directory.Exists(Path.GetDirectoryName(path)))
            {
                throw new InputException($"The folder of '{path}' does not exist; make it first.");
            }

            var schema = Path.Combine(Path.GetDirectoryName(path)!, SchemaFiles.Study);
            try
            {
                if (File.Exists(schema) && !SchemaFiles.IsStudy(File.ReadAllText(schema)))
                {
                    throw new InputException(
                        $"The file '{schema}', where the schema of study files goes, is something else; rename it, or choose another folder."
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
                    $"'{path}' cannot be written: {failure.Message.TrimEnd('.')}; choose another place.",
                    failure
                );
            }

            Console.WriteLine(
                $"{path} is written: say in it where your data and weights are, then `transferlens run {Path.GetRelativePath(Environment.CurrentDirectory, path)}`. Editors check and complete it by {SchemaFiles.Study} beside it."
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
