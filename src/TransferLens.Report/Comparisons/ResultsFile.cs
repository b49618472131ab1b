using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;

namespace TransferLens.Report.Comparisons;

/// <summary>Reads <c>results.json</c> files, the only files of a run that a comparison needs.</summary>
public static class ResultsFile
{
    /// <summary>The version of <c>results.json</c> that can be read.</summary>
    public const int Version = 2;

    // Rejects incomplete findings of damaged files.
    private static readonly JsonSerializerOptions Strict = new(ResultJson.Options)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>
    /// Reads several studies. Equal names are distinguished by the names of their folders, or by numbers.
    /// </summary>
    /// <param name="paths">Folders of runs, or <c>results.json</c> files.</param>
    /// <returns>The studies, in the order of the paths.</returns>
    /// <exception cref="InputException">A file is missing, damaged, of another version, or given twice.</exception>
    public static ImmutableArray<ComparedStudy> Read(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var files = paths
            .Select(path => Directory.Exists(path) ? Path.Combine(path, "results.json") : path)
            .Select(Path.GetFullPath)
            .ToList();
        if (files.GroupBy(file => file).FirstOrDefault(same => same.Count() > 1)?.Key is { } twice)
        {
            throw new InputException(
                $"The run '{Path.GetDirectoryName(twice)}' is given twice. Compare different runs."
            );
        }

        ImmutableArray<ComparedStudy> studies = [.. files.Select(Read)];
        return [.. studies.Select((study, index) => study with { Name = UniqueName(files, studies, index) })];
    }

    private static string UniqueName(List<string> files, ImmutableArray<ComparedStudy> studies, int index)
    {
        var name = studies[index].Name;
        var folders = files.Where((_, other) => studies[other].Name == name).Select(Folder).ToList();
        if (folders.Count == 1)
        {
            return name;
        }

        return folders.Distinct().Count() == folders.Count
            ? $"{name} ({Folder(files[index])})"
            : $"{name} ({index + 1})";
    }

    private static string Folder(string file) => Path.GetFileName(Path.GetDirectoryName(file)) ?? "";

    private static ComparedStudy Read(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            var json = JsonNode.Parse(bytes) as JsonObject ?? throw new JsonException("It is not a JSON object.");
            var version = ReadVersion(json);
            if (version != Version)
            {
                throw new InputException(
                    $"The file '{path}' has version {version}, but this program reads version {Version}. "
                        + "Write the report of the run again with this program."
                );
            }

            return new(
                (string)json["study"]!,
                Convert.ToHexStringLower(SHA256.HashData(bytes)),
                RecordedSettings.Read(json),
                RecordedTargets.Read(json),
                [.. json["findings"]!.AsArray().Select(finding => finding.Deserialize<Finding>(Strict)!)]
            );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"There are no results at '{path}'. Give the folder of a finished run, or its results.json.",
                failure
            );
        }
        catch (Exception failure) when (IsUnexpectedContent(failure))
        {
            throw new InputException(
                $"The file '{path}' is damaged or not the results.json of a study. "
                    + "Write the report of the run again, or copy the file again.",
                failure
            );
        }
    }

    private static int ReadVersion(JsonObject json) =>
        json["version"] is JsonValue value && value.TryGetValue<int>(out var version)
            ? version
            : throw new JsonException("It has no version.");

    // What reading JSON of another shape throws.
    private static bool IsUnexpectedContent(Exception failure) =>
        failure
            is JsonException
                or NullReferenceException
                or InvalidOperationException
                or FormatException
                or ArgumentException
                or OverflowException;
}
