namespace TransferLens.Live;

/// <summary>The page and its resources, embedded in this assembly.</summary>
internal static class LiveAssets
{
    private static readonly Dictionary<string, (byte[] Bytes, string Type)> Resources = new(StringComparer.Ordinal)
    {
        ["/"] = (Read("live.html"), "text/html; charset=utf-8"),
        ["/live.css"] = (Read("live.css"), "text/css; charset=utf-8"),
        ["/live.js"] = (Read("live.js"), "text/javascript; charset=utf-8"),
        ["/curves.js"] = (Read("curves.js"), "text/javascript; charset=utf-8"),
        ["/icon.svg"] = (Read("icon.svg"), "image/svg+xml"),
        ["/favicon.ico"] = (Read("icon.svg"), "image/svg+xml"), // Browsers request it with the report.
    };

    /// <summary>The resource at a path; null if there is none.</summary>
    public static (byte[] Bytes, string Type)? Find(string path) =>
        Resources.TryGetValue(path, out var resource) ? resource : null;

    private static byte[] Read(string name)
    {
        using var stream = typeof(LiveAssets).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The file {name} is missing from the assembly.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
