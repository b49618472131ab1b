using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Execution.Artifacts;
using TransferLens.Report.Drawing;
using TransferLens.Report.TensorBoard;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Storage;

namespace TransferLens.Runs;

/// <summary>A run's folder: its plan, the location of its store, and finally its results and report.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Store">The store.</param>
internal sealed record RunFolder(string Path, ArtifactStore Store)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The folder of a run, which need not exist yet.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="store">The store's folder; a folder <c>store</c> next to the run's by default.</param>
    public static RunFolder At(string path, string? store)
    {
        var full = System.IO.Path.GetFullPath(path);
        return new(full, new(store ?? System.IO.Path.Combine(System.IO.Path.GetDirectoryName(full) ?? full, "store")));
    }

    /// <summary>Opens a run that was started before.</summary>
    /// <param name="path">Its folder.</param>
    /// <exception cref="InputException">There is no run, or its plan is damaged.</exception>
    public static (RunFolder Folder, Plan Plan) Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (!File.Exists(System.IO.Path.Combine(full, "plan.json")))
        {
            throw new InputException(
                $"'{full}' is not the folder of a run: it contains no plan.json. `transferlens run` prints the folder."
            );
        }

        try
        {
            var plan = JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(full, "plan.json")))!;
            var store = System.IO.Path.Combine(full, (string)plan["store"]!);
            return (At(full, store), PlanFile.Read(plan["plan"]!.ToJsonString()));
        }
        catch (InputException failure)
        {
            throw new InputException($"The run '{full}' cannot be opened. {failure.Message}", failure);
        }
        catch (Exception failure)
            when (failure
                    is JsonException
                        or InvalidOperationException
                        or NullReferenceException
                        or ArgumentException
                        or FormatException
            )
        {
            throw new InputException(
                $"The file plan.json of the run '{full}' is damaged. To repair it, run the study again.",
                failure
            );
        }
    }

    /// <summary>
    /// Removes figures, tables, checkpoints and TensorBoard events of an earlier version of the study; other files
    /// stay.
    /// </summary>
    public void Clear()
    {
        foreach (
            var (part, ending) in new[]
            {
                ("tables", "*.csv"),
                ("tables", "*.parquet"),
                ("checkpoints", "*.safetensors"),
            }
        )
        {
            var folder = new DirectoryInfo(System.IO.Path.Combine(Path, part));
            foreach (var file in folder.Exists ? folder.GetFiles(ending) : [])
            {
                file.Delete();
            }
        }

        FigureFiles.Clear(System.IO.Path.Combine(Path, "figures"));
        ClearEvents(new(System.IO.Path.Combine(Path, "tensorboard")));
    }

    // TensorBoard shows every folder as a run, so empty ones are removed too.
    private static void ClearEvents(DirectoryInfo folder)
    {
        foreach (var file in folder.Exists ? folder.GetFiles(EventFiles.Pattern) : [])
        {
            file.Delete();
        }

        foreach (var inner in folder.Exists ? folder.GetDirectories() : [])
        {
            ClearEvents(inner);
            if (!inner.EnumerateFileSystemInfos().Any())
            {
                inner.Delete();
            }
        }
    }

    // A folder that was not made by a run keeps its files.
    private void CheckForeign(string studyFile)
    {
        if (!Directory.Exists(Path) || File.Exists(System.IO.Path.Combine(Path, "plan.json")))
        {
            return;
        }

        var own = System.IO.Path.GetFullPath(studyFile);
        if (
            WrittenResults
                .Names.Append("study.yaml")
                .Select(name => System.IO.Path.Combine(Path, name))
                .FirstOrDefault(file => file != own && System.IO.Path.Exists(file)) is
            { } foreign
        )
        {
            throw new InputException(
                $"'{Path}' is not the folder of a run, and its '{System.IO.Path.GetFileName(foreign)}' would be "
                    + "overwritten. "
                    + "Choose an empty or new folder."
            );
        }
    }

    /// <summary>Writes the plan, and a copy of the study file for readers.</summary>
    /// <exception cref="InputException">
    /// The folder cannot be written, or contains results that are not of a run.
    /// </exception>
    public void Begin(Plan plan, string studyFile)
    {
        CheckForeign(studyFile);
        string[] created = [.. new[] { Store.Folder, Path }.Where(folder => !Directory.Exists(folder))];
        try
        {
            Directory.CreateDirectory(Store.Folder);
            Directory.CreateDirectory(Path);
            // The store's path is relative, so that both folders can be moved together.
            var document = new JsonObject
            {
                ["store"] = System.IO.Path.GetRelativePath(Path, Store.Folder),
                ["plan"] = PlanFile.Write(plan),
            };
            // First, since it makes the folder that of a run: whatever follows may be interrupted.
            DurableFile.Write(System.IO.Path.Combine(Path, "plan.json"), document.ToJsonString(Indented));
            var copy = System.IO.Path.Combine(Path, "study.yaml");
            if (System.IO.Path.GetFullPath(studyFile) != copy)
            {
                DurableFile.Write(copy, File.ReadAllText(studyFile));
            }

            StoreRuns.Register(Store.Folder, Path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            foreach (
                var empty in created.Where(folder =>
                    Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()
                )
            )
            {
                Directory.Delete(empty);
            }

            throw new InputException(
                $"The run's folder '{Path}' or its store '{Store.Folder}' cannot be written: "
                    + $"{failure.Message.TrimEnd('.')}. Choose another folder.",
                failure
            );
        }
    }
}
