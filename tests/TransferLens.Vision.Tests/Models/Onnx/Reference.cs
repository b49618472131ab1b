using System.Collections.Concurrent;
using System.Diagnostics;
using TransferLens.Tests;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Scripts in <c>tests/reference</c> that generate ONNX files.</summary>
internal static class Reference
{
    private const string Python = "/usr/bin/python3";

    private static readonly ConcurrentDictionary<string, bool> Found = new(StringComparer.Ordinal);

    /// <summary>Runs a script; skips the test where Python lacks what it needs.</summary>
    /// <param name="modules">The modules that it imports.</param>
    /// <param name="script">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>What it prints.</returns>
    public static string Run(string modules, string script, string[] arguments)
    {
        Assert.SkipUnless(
            Found.GetOrAdd(modules, names => File.Exists(Python) && Start(["-c", $"import {names}"]).Code == 0),
            $"Python modules are missing ({modules}): apt-get install python3-torchvision python3-onnx"
        );
        var (code, output, error) = Start([Checkout.PathOf("tests", "reference", script), .. arguments]);
        Assert.True(code == 0, error);
        return output;
    }

    private static (int Code, string Output, string Error) Start(string[] arguments)
    {
        var start = new ProcessStartInfo(Python, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
