using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Files;

/// <summary>Weights that a study file names by another name than a path, and that are fetched to this disk.</summary>
internal interface IRemoteWeights
{
    /// <summary>Whether a text is such a name and not a path.</summary>
    bool IsNamed(string text);

    /// <summary>Fetches the weights, unless they are here already.</summary>
    /// <exception cref="InputException">The name is invalid, or the weights cannot be fetched.</exception>
    FetchedWeights Fetch(string text);
}

/// <summary>Weights that were fetched.</summary>
/// <param name="Path">Full path of the file, or of the folder that contains it.</param>
/// <param name="Origin">What was fetched, by a name that stays the same weights.</param>
internal sealed record FetchedWeights(string Path, string Origin);
