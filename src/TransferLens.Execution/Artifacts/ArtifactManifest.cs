using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Storage;

namespace TransferLens.Execution.Artifacts;

/// <summary>
/// The file <c>artifact.json</c> of an artifact: the task, the provenance, the SHA-256 of every file, and a seal, which
/// is the SHA-256 of all the rest.
/// </summary>
internal static class ArtifactManifest
{
    private const string FileName = "artifact.json";
    private const string SealMember = "seal";

    /// <summary>The form of JSON files in a store.</summary>
    public static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true };

    /// <summary>Writes the manifest into a folder of finished files.</summary>
    /// <param name="task">The task.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="provenance">Where, when and by which software the files were computed.</param>
    /// <returns>The files, relative to the folder; the manifest is not among them.</returns>
    public static ImmutableArray<string> Write(TaskSpec task, string folder, JsonObject provenance)
    {
        ImmutableArray<string> files =
        [
            .. Directory
                .GetFiles(folder, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(path => Path.GetRelativePath(folder, path)),
        ];
        var digests = files.Select(name => KeyValuePair.Create(name, (JsonNode?)Digest(Path.Combine(folder, name))));
        var manifest = new JsonObject
        {
            ["task"] = TaskFile.Write(task),
            ["provenance"] = provenance,
            ["files"] = new JsonObject(digests),
        };
        manifest[SealMember] = Seal(manifest);
        DurableFile.Write(Path.Combine(folder, FileName), manifest.ToJsonString(Indented));
        return files;
    }

    /// <summary>Reads the manifest of an artifact and checks its seal.</summary>
    /// <param name="folder">The artifact's folder.</param>
    /// <param name="key">The artifact's key.</param>
    /// <returns>The manifest without its seal.</returns>
    /// <exception cref="DamagedArtifactException">The manifest is missing or was changed.</exception>
    public static JsonObject Read(string folder, string key)
    {
        try
        {
            var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, FileName)))!.AsObject();
            var seal = (string?)manifest[SealMember];
            manifest.Remove(SealMember);
            return seal == Seal(manifest) ? manifest : throw new JsonException("The seal does not match.");
        }
        catch (Exception failure)
            when (failure
                    is IOException
                        or JsonException
                        or InvalidOperationException
                        or NullReferenceException
                        or ArgumentException
            )
        {
            throw new DamagedArtifactException(key, "it is missing, or its list of files was changed", failure);
        }
    }

    /// <summary>The SHA-256 of a file, in lowercase hexadecimal digits.</summary>
    public static string Digest(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    // Parsed first, so that the seal does not depend on how a value in memory was created.
    private static string Seal(JsonObject manifest)
    {
        var canonical = JsonNode.Parse(manifest.ToJsonString())!.ToJsonString();
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
    }
}
