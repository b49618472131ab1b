using System.Net;
using Microsoft.AspNetCore.Http;

namespace TransferLens.Live;

/// <summary>
/// Decides which requests are answered. Any website can make a browser send requests to this machine, so the decision
/// uses only what a website cannot forge: the host name of the request, which is wrong in a DNS rebinding attack, and
/// the headers in which the browser states the origin of the request.
/// </summary>
internal static class LiveGuard
{
    private const string CrossSite = "The request comes from another site.";

    /// <summary>The reason and the status code if a request is refused; null if it is answered.</summary>
    public static (int Status, string Why)? Refusal(HttpContext context)
    {
        var request = context.Request;
        if (!IsOurs(request.Host, context.Connection))
        {
            return (StatusCodes.Status403Forbidden, WrongHost(context.Connection.LocalPort));
        }

        if (!HttpMethods.IsGet(request.Method))
        {
            context.Response.Headers.Allow = "GET";
            return (StatusCodes.Status405MethodNotAllowed, "This server is read-only and accepts only GET.");
        }

        if (request.Headers.Origin is [{ } origin, ..] && origin != $"http://{request.Host}")
        {
            return (StatusCodes.Status403Forbidden, CrossSite);
        }

        return IsSameSite(request.Headers) || IsNavigation(request.Headers)
            ? null
            : (StatusCodes.Status403Forbidden, CrossSite);
    }

    private static string WrongHost(int port) =>
        $"This server answers only to localhost and 127.0.0.1 on port {port}. "
        + "If you forward the port, use the same number on both sides.";

    private static bool IsSameSite(IHeaderDictionary headers) =>
        $"{headers["Sec-Fetch-Site"]}" is "" or "none" or "same-origin";

    // Links on other sites may open the page.
    private static bool IsNavigation(IHeaderDictionary headers) =>
        headers["Sec-Fetch-Mode"] == "navigate" && headers["Sec-Fetch-Dest"] == "document";

    private static bool IsOurs(HostString host, ConnectionInfo connection)
    {
        if (connection.LocalIpAddress is not { } local || (host.Port ?? 80) != connection.LocalPort)
        {
            return false;
        }

        local = local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local;
        return IPAddress.TryParse(host.Host.Trim('[', ']'), out var address)
            ? address.Equals(local) || (IPAddress.IsLoopback(address) && IPAddress.IsLoopback(local))
            : string.Equals(host.Host, "localhost", StringComparison.OrdinalIgnoreCase) && IPAddress.IsLoopback(local);
    }
}
