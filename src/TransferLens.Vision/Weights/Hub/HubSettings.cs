using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Weights.Hub;

/// <summary>
/// Where models of the hub are kept and fetched from, by the environment variables of the hub's Python client, so that
/// both share one cache.
/// </summary>
/// <param name="Cache">Folder of the cache: <c>HF_HUB_CACHE</c>, or <c>hub</c> in <c>HF_HOME</c>.</param>
/// <param name="Endpoint">Address of the hub: <c>HF_ENDPOINT</c>.</param>
/// <param name="Token">
/// Access token: <c>HF_TOKEN</c>, or the file <c>token</c> in <c>HF_HOME</c>; null for none.
/// </param>
/// <param name="IsOffline">Never connect: <c>HF_HUB_OFFLINE</c>.</param>
public sealed record HubSettings(string Cache, Uri Endpoint, string? Token, bool IsOffline)
{
    private const string DefaultEndpoint = "https://huggingface.co";

    /// <summary>The settings of an environment.</summary>
    /// <param name="variable">Value of an environment variable, or null.</param>
    /// <exception cref="InputException"><c>HF_ENDPOINT</c> is no address.</exception>
    public static HubSettings From(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        var home = Filled("HF_HOME")
            ?? Path.Combine(
                Filled("XDG_CACHE_HOME")
                    ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
                "huggingface"
            );
        var address = Filled("HF_ENDPOINT") ?? DefaultEndpoint;
        return
            Uri.TryCreate($"{address.TrimEnd('/')}/", UriKind.Absolute, out var endpoint)
            && endpoint.Scheme is "http" or "https"
            ? new(
                Path.GetFullPath(Filled("HF_HUB_CACHE") ?? Path.Combine(home, "hub")),
                endpoint,
                Filled("HF_TOKEN") ?? TokenIn(home),
                Filled("HF_HUB_OFFLINE")?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE"
            )
            : throw new InputException($"HF_ENDPOINT is '{Sentence.Short(address)}', but must be an address.");

        string? Filled(string name) => variable(name) is { Length: > 0 } value ? value : null;
    }

    /// <summary>Never prints the token.</summary>
    public override string ToString() => $"{Endpoint} in {Cache}";

    private static string? TokenIn(string home)
    {
        var file = Path.Combine(home, "token");
        try
        {
            return File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } token ? token : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
