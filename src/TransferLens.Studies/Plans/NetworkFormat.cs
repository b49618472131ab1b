using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Plans;

/// <summary>A kind of file that defines a network. Studies name the file in place of a network.</summary>
public abstract class NetworkFormat
{
    /// <summary>Declares a format.</summary>
    /// <param name="ending">How names of its files end, for example <c>.onnx</c>.</param>
    protected NetworkFormat(string ending) => Ending = ending;

    /// <summary>How names of its files end, in upper or lower case.</summary>
    public string Ending { get; }

    /// <summary>Whether a text in a study names a file of this format.</summary>
    /// <param name="text">The name of a network, or a path.</param>
    public bool IsNamed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.EndsWith(Ending, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Reads a network.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The network. Its name follows from the content alone, since it is part of the keys of tasks; its title
    /// is the name of the file.</returns>
    /// <exception cref="InputException">The file cannot be read, or is no network that can be trained.</exception>
    public abstract NetworkDeclaration Read(string path);

    /// <summary>Reads the preprocessing that a file computes: a map of pixels to what a network takes.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file cannot be read, or computes more than a factor and a summand for each
    /// channel.</exception>
    /// <returns>The settings for the file's own size; and what was assumed, a sentence each.</returns>
    public abstract (ImageSettings Images, ImmutableArray<string> Remarks) ReadPreprocessing(string path);

    /// <summary>Copies a network to a folder for the workers of a study, unless it is there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public abstract void Keep(string path, string folder);

    /// <summary>Finds a network that <see cref="Keep"/> copied.</summary>
    /// <param name="name">The network's name.</param>
    /// <param name="folder">The folder.</param>
    /// <returns>The network; null if it is not there.</returns>
    /// <exception cref="InputException">Its file is damaged.</exception>
    public abstract NetworkDeclaration? Find(string name, string folder);
}
