using Spectre.Console;

namespace TransferLens.Cli.Output;

/// <summary>Where the command draws.</summary>
internal static class Consoles
{
    /// <summary>Standard error: progress.</summary>
    public static IAnsiConsole Error() => AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Standard output: what was asked for.</summary>
    public static IAnsiConsole Output() => AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Out) });

    /// <summary>Whether what is drawn on it can be drawn anew: a terminal whose cursor can be moved.</summary>
    public static bool IsLive(IAnsiConsole console) =>
        console.Profile.Out.IsTerminal && console.Profile.Capabilities.Ansi;
}
