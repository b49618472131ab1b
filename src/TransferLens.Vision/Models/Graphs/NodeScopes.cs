namespace TransferLens.Vision.Models.Graphs;

/// <summary>Scopes in names of nodes, as PyTorch's exporter writes them.</summary>
internal static class NodeScopes
{
    /// <summary>
    /// The scope of a module: <c>/layer1/layer1.0/conv1</c> for <c>layer1.0.conv1</c>. A child of a sequence, which has
    /// a number for a name, repeats its parent's scope.
    /// </summary>
    /// <param name="module">Full name of the module; empty for the network.</param>
    public static string Path(string module)
    {
        var (path, last) = ("", "");
        foreach (var part in module.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            last = last.Length > 0 && part.All(char.IsAsciiDigit) ? $"{last}.{part}" : part;
            path += $"/{last}";
        }

        return path;
    }
}
