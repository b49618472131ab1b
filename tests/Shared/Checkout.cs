namespace TransferLens.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Checkout
{
    /// <summary>Full path of a file or folder in it.</summary>
    public static string PathOf(params string[] parts)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "TransferLens.slnx")))
        {
            folder = folder.Parent!;
        }

        return Path.Combine([folder.FullName, .. parts]);
    }
}
