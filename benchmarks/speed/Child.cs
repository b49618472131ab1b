using System.Diagnostics;
using System.Text.Json.Nodes;

namespace TransferLens.Speed;

/// <summary>One run of one side.</summary>
/// <param name="Seconds">From the start of the process to its end.</param>
/// <param name="Peak">Bytes: the largest sum, over the process and those that it started, of their peak resident memory (VmHWM), looked at ten times a
/// second. Pages that processes share count for each of them.</param>
/// <param name="Result">What it printed or left as JSON.</param>
internal sealed record Measured(double Seconds, long Peak, JsonNode Result)
{
    /// <summary>A number of the result.</summary>
    public double Number(string name) => Result[name]!.GetValue<double>();
}

/// <summary>Programs run as processes of their own, as a user runs them.</summary>
internal static class Child
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="cache">TransferLens's cache folder.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables that it gets in addition to those of this process.</param>
    /// <returns>What was measured; the result is what it printed where that is one JSON object, and null otherwise. The moment that it names <c>at</c>
    /// (seconds since 1970) becomes <c>first</c>, the seconds from its start to there.</returns>
    /// <exception cref="InvalidOperationException">It failed; the end of what it said is in the message.</exception>
    public static Measured Run(
        string cache,
        string program,
        IEnumerable<string> arguments,
        params KeyValuePair<string, string>[] environment
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["TRANSFERLENS_CACHE"] = cache;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var (begun, watch) = (DateTimeOffset.UtcNow, Stopwatch.StartNew());
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        var peak = 0L;
        while (!process.WaitForExit(100))
        {
            peak = Math.Max(peak, Family(process.Id).Sum(HighWater));
        }

        process.WaitForExit();
        var seconds = watch.Elapsed.TotalSeconds;
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"'{Path.GetFileName(program)} {string.Join(' ', arguments)}' ended with {process.ExitCode}: {errors.Result.Trim()[^Math.Min(errors.Result.Trim().Length, 2000)..]}"
            );
        }

        var result = output.Result.StartsWith('{') ? JsonNode.Parse(output.Result)! : new JsonObject();
        if (result["at"] is { } at)
        {
            result["first"] = at.GetValue<double>() - (begun.ToUnixTimeMilliseconds() / 1000.0);
        }

        return new(seconds, peak, result);
    }

    // The process and all that it started, those still alive.
    private static HashSet<int> Family(int root)
    {
        var parents = Directory
            .EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
            .Where(id => id > 0)
            .Select(id => (Id: id, Parent: Parent(id)))
            .ToLookup(pair => pair.Parent, pair => pair.Id);
        var (family, next) = (new HashSet<int> { root }, new Stack<int>([root]));
        while (next.TryPop(out var id))
        {
            foreach (var child in parents[id].Where(family.Add))
            {
                next.Push(child);
            }
        }

        return family;
    }

    private static int Parent(int id) =>
        Read($"/proc/{id}/stat") is { } text && text.LastIndexOf(')') is > 0 and var end
            ? int.Parse(text[(end + 2)..].Split(' ')[1])
            : -1;

    private static long HighWater(int id) =>
        Read($"/proc/{id}/status")
            ?.Split('\n')
            .FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
            is { } line
            ? long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1]) * 1024
            : 0;

    // Null when the process is gone.
    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
