using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Report.Comparisons;

/// <summary>Reads <c>results.json</c>, wherever it was made: nothing else of a run is needed for a comparison.</summary>
public static class ResultsFile
{
    /// <summary>The version of <c>results.json</c> that can be read.</summary>
    public const int Version = 1;

    // A finding that lacks a part, as a damaged file's may, is none.
    private static readonly JsonSerializerOptions Whole = new(StudyJson.Options)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads several studies; those of equal names are told apart by their folders, or else by number.</summary>
    /// <param name="paths">A run's folder or its <c>results.json</c> each.</param>
    /// <exception cref="InputException">One is missing, damaged, of another version, or given twice.</exception>
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
                $"The run '{Path.GetDirectoryName(twice)}' is given twice; a comparison takes different runs."
            );
        }

        ImmutableArray<ComparedStudy> studies = [.. files.Select(Read)];
        return
        [
            .. studies.Select(
                (study, place) =>
                    study with
                    {
                        Name =
                            studies.Count(other => other.Name == study.Name) == 1 ? study.Name
                            : Folders(files, studies, study.Name) is var folders
                            && folders.Distinct().Count() == folders.Count
                                ? $"{study.Name} ({Folder(files[place])})"
                            : $"{study.Name} ({place + 1})",
                    }
            ),
        ];
    }

    private static List<string> Folders(List<string> files, ImmutableArray<ComparedStudy> studies, string name) =>
        [.. files.Where((_, place) => studies[place].Name == name).Select(Folder)];

    private static string Folder(string file) => Path.GetFileName(Path.GetDirectoryName(file)) ?? "";

    private static ComparedStudy Read(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            var json = JsonNode.Parse(bytes) as JsonObject ?? throw new JsonException("It is no object.");
            var version =
                json["version"] is JsonValue value && value.TryGetValue<int>(out var number)
                    ? number
                    : throw new JsonException("It has no version.");
            if (version != Version)
            {
                throw new InputException(
                    $"The file '{path}' is of version {version}, but this program reads version {Version}; write it again with `transferlens report RUN` of this program."
                );
            }

            return new(
                (string)json["study"]!,
                Convert.ToHexStringLower(SHA256.HashData(bytes)),
                RecordedSettings.Of(json),
                RecordedTargets.Of(json),
                [.. json["findings"]!.AsArray().Select(finding => finding.Deserialize<Finding>(Whole)!)]
            );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"There are no results at '{path}': give the folder of a finished run, or its results.json.",
                failure
            );
        }
        catch (Exception failure)
            when (failure
                    is JsonException
                        or NullReferenceException
                        or InvalidOperationException
                        or FormatException
                        or ArgumentException
                        or OverflowException
            )
        {
            throw new InputException(
                $"The file '{path}' is not the results.json of a study, or is damaged; write it again with `transferlens report RUN`, or copy it again from where it was made.",
                failure
            );
        }
    }
}
