using Microsoft.AspNetCore.Http;

namespace TransferLens.Live;

/// <summary>Answers in plain text.</summary>
internal static class TextResponse
{
    /// <summary>Sends a text with a status code.</summary>
    public static Task WriteAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
