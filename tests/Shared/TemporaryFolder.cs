namespace TransferLens.Tests;

/// <summary>A new empty folder, removed with its content when disposed.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Its full path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("transferlens-test-").FullName;

    /// <summary>A path in the folder.</summary>
    public string this[params string[] parts] => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>
    /// Removes the folder. Tries again when that fails: a worker whose parent a test has killed may still write into
    /// it.
    /// </summary>
    public void Dispose()
    {
        for (var start = DateTime.UtcNow; ; Thread.Sleep(100))
        {
            try
            {
                Directory.Delete(Path, recursive: true);
                return;
            }
            catch (IOException) when (DateTime.UtcNow - start < Patience) { }
        }
    }
}
