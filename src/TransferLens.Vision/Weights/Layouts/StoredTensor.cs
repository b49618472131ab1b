namespace TransferLens.Vision.Weights.Layouts;

/// <summary>A tensor in a checkpoint, not read yet.</summary>
/// <param name="Container">The dictionary that contains it, as a path of keys with dots; empty at the top.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Source">What its file needs to read it.</param>
internal sealed record StoredTensor(string Container, string Name, long[] Shape, object Source)
{
    /// <summary>Why it cannot be read, as a clause such as "has the type F8_E4M3"; null if it can.</summary>
    public string? Problem { get; init; }

    /// <summary>Container and name.</summary>
    public string Path => Container.Length == 0 ? Name : $"{Container}.{Name}";
}
