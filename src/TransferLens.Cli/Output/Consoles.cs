using Spectre.Console;

namespace TransferLens.Cli.Output;

/// <summary>The consoles that the command draws on.</summary>
internal static class Consoles
{
    /// <summary>Standard error: progress.</summary>
    public static IAnsiConsole Error() => AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Standard output: results.</summary>
    public static IAnsiConsole Output() => AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Out) });

    /// <summary>Whether a console is a terminal whose cursor can be moved, so that it can be redrawn.</summary>
    public static bool IsLive(IAnsiConsole console) =>
        console.Profile.Out.IsTerminal && console.Profile.Capabilities.Ansi;
}
