namespace TransferLens.Tests;

/// <summary>A new empty folder that is removed with all that is in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Its full path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("transferlens-test-").FullName;

    /// <summary>A path below it.</summary>
    public string this[params string[] parts] => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Removes it. A worker whose coordinator a test has killed may still write a last file into it: then once more.</summary>
    public void Dispose()
    {
        for (var begun = DateTime.UtcNow; ; Thread.Sleep(100))
        {
            try
            {
                Directory.Delete(Path, recursive: true);
                return;
            }
            catch (IOException) when (DateTime.UtcNow - begun < Patience) { }
        }
    }
}
