using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Finds the weights that a study file names: paths, and remote weights, which it fetches.</summary>
/// <param name="folder">The folder that paths are relative to.</param>
/// <param name="remote">Fetches weights that are not named by a path; null where all are paths.</param>
internal sealed class WeightsPath(string folder, IRemoteWeights? remote)
{
    /// <summary>The weights, which exist.</summary>
    /// <returns>The path; and where they were fetched, their origin.</returns>
    public (string Path, WeightsOrigin? Origin) Resolve(StudyNode node) =>
        Fetch(node) is { } fetched
            ? (fetched.Path, new(fetched.Path, fetched.Origin))
            : (ExistingPath.Resolve(node, folder, PathKind.FileOrFolder), null);

    /// <summary>The path, which may lead nowhere; null for an empty text.</summary>
    public string? Find(StudyNode node) =>
        node.Text().Length == 0 ? null : Fetch(node)?.Path ?? Path.GetFullPath(node.Text(), folder);

    private FetchedWeights? Fetch(StudyNode node)
    {
        if (remote?.IsNamed(node.Text()) != true)
        {
            return null;
        }

        try
        {
            return remote.Fetch(node.Text());
        }
        catch (InputException missing)
        {
            throw node.Wrong($"cannot be used: {missing.Message}", missing);
        }
    }
}
