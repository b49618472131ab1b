using System.Net;
using Microsoft.AspNetCore.Http;

namespace TransferLens.Live;

/// <summary>
/// Which requests are answered. Any page on the web can have a browser ask this machine, so what counts is what such a page
/// cannot forge: the name it had to ask for (a name that was made to point here is not ours: DNS rebinding), and what the
/// browser says of who asks.
/// </summary>
internal static class LiveGuard
{
    /// <summary>Why a request is refused, with the status; null when it is answered.</summary>
    public static (int Status, string Why)? Refusal(HttpContext context)
    {
        var request = context.Request;
        if (!IsOurs(request.Host, context.Connection))
        {
            return (
                StatusCodes.Status403Forbidden,
                $"This server answers to localhost and 127.0.0.1 at port {context.Connection.LocalPort} only; forward that port as the same number."
            );
        }

        if (!HttpMethods.IsGet(request.Method))
        {
            context.Response.Headers.Allow = "GET";
            return (StatusCodes.Status405MethodNotAllowed, "This server only shows; it takes GET alone.");
        }

        if (request.Headers.Origin is [{ } origin, ..] && origin != $"http://{request.Host}")
        {
            return (StatusCodes.Status403Forbidden, "Another site's page asked.");
        }

        // A link from elsewhere may open the page; nothing else from elsewhere may have anything of it.
        var (site, mode, target) = (
            $"{request.Headers["Sec-Fetch-Site"]}",
            $"{request.Headers["Sec-Fetch-Mode"]}",
            $"{request.Headers["Sec-Fetch-Dest"]}"
        );
        return site is "" or "none" or "same-origin" || (mode == "navigate" && target == "document")
            ? null
            : (StatusCodes.Status403Forbidden, "Another site's page asked.");
    }

    private static bool IsOurs(HostString host, ConnectionInfo connection)
    {
        if (connection.LocalIpAddress is not { } here || (host.Port ?? 80) != connection.LocalPort)
        {
            return false;
        }

        here = here.IsIPv4MappedToIPv6 ? here.MapToIPv4() : here;
        return IPAddress.TryParse(host.Host.Trim('[', ']'), out var address)
            ? address.Equals(here) || (IPAddress.IsLoopback(address) && IPAddress.IsLoopback(here))
            : string.Equals(host.Host, "localhost", StringComparison.OrdinalIgnoreCase) && IPAddress.IsLoopback(here);
    }
}
