using System.Diagnostics;

namespace TransferLens.Cli.Tests;

/// <summary>Signals to processes, and who started whom; on Linux.</summary>
internal static class Signal
{
    /// <summary>Sends a signal.</summary>
    /// <param name="name">Its name without SIG.</param>
    /// <param name="target">A process, or a group with a minus before it.</param>
    public static void Send(string name, string target) => Send(name, [target]);

    /// <summary>Sends a signal to several at once.</summary>
    /// <param name="name">Its name without SIG.</param>
    /// <param name="targets">Processes, or groups with a minus before them.</param>
    public static void Send(string name, IEnumerable<string> targets)
    {
        using var kill = Process.Start("/bin/kill", ["-s", name, "--", .. targets]);
        kill.WaitForExit();
    }

    /// <summary>The processes that a process started and that still run.</summary>
    public static IReadOnlyList<int> Children(int parent) =>
        [
            .. Directory
                .GetDirectories("/proc")
                .Select(Path.GetFileName)
                .Where(name => int.TryParse(name, out _))
                .Select(name => int.Parse(name!))
                .Where(id => Parent(id) == parent),
        ];

    /// <summary>Whether a process is there and no zombie.</summary>
    public static bool Runs(int id) => Stat(id) is { } stat && stat[0] is not ("Z" or "X");

    private static int? Parent(int id) =>
        Stat(id) is { } stat && stat[0] is not ("Z" or "X") ? int.Parse(stat[1]) : null;

    // State and parent stand behind the name, which is in brackets and may hold anything.
    private static string[]? Stat(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
