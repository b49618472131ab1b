using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace TransferLens.Cli.Tests;

/// <summary>
/// The built command <c>transferlens</c> as a process of its own, in a working folder and with a cache of its own: what a
/// user meets.
/// </summary>
internal sealed class Command : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();
    private readonly string line;

    private Command(Process process, string line) => (this.process, this.line) = (process, line);

    /// <summary>The built executable, which lies next to the tests.</summary>
    public static string Program { get; } =
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "transferlens.exe" : "transferlens");

    /// <summary>Its process id.</summary>
    public int Id => process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => process.HasExited;

    /// <summary>Runs it to its end.</summary>
    /// <param name="folder">Its working folder; its cache is the folder <c>cache</c> there.</param>
    /// <param name="arguments">Its arguments.</param>
    public static CommandResult Run(string folder, params IEnumerable<string> arguments)
    {
        using var command = Start(folder, arguments);
        return command.End();
    }

    /// <summary>Starts it.</summary>
    public static Command Start(string folder, params IEnumerable<string> arguments) =>
        Start(Program, folder, arguments);

    /// <summary>Starts it by another program, whose last argument it is, with more environment.</summary>
    /// <param name="folder">Its working folder.</param>
    /// <param name="environment">Variables to set.</param>
    /// <param name="by">The program and its arguments; none for the command itself.</param>
    /// <param name="arguments">The command's own arguments.</param>
    public static Command StartWith(
        string folder,
        Dictionary<string, string> environment,
        IReadOnlyList<string> by,
        IEnumerable<string> arguments
    )
    {
        string[] line = [.. by, Program, .. arguments];
        return Start(line[0], folder, line[1..], environment);
    }

    /// <summary>Starts it as the leader of a process group, as a shell does: <see cref="InterruptGroup"/> is Ctrl-C.</summary>
    public static Command StartGroup(string folder, params IEnumerable<string> arguments) =>
        Start("/usr/bin/setsid", folder, arguments.Prepend(Program));

    private static Command Start(
        string program,
        string folder,
        IEnumerable<string> arguments,
        Dictionary<string, string>? environment = null
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TRANSFERLENS_CACHE"] = Path.Combine(folder, "cache");
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        var command = new Command(new() { StartInfo = start }, string.Join(' ', start.ArgumentList));
        command.process.OutputDataReceived += (_, text) => Take(command.output, text.Data);
        command.process.ErrorDataReceived += (_, text) => Take(command.error, text.Data);
        command.process.Start();
        command.process.StandardInput.Close();
        command.process.BeginOutputReadLine();
        command.process.BeginErrorReadLine();
        return command;
    }

    /// <summary>Waits until its standard output has what is looked for, and gives it.</summary>
    public Match Says(Regex what)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Patience && !HasEnded; Thread.Sleep(20))
        {
            lock (output)
            {
                if (what.Match($"{output}") is { Success: true } match)
                {
                    return match;
                }
            }
        }

        Assert.Fail($"`transferlens {line}` did not say {what}; it said: {output}{error}");
        return Match.Empty;
    }

    /// <summary>Waits for its end.</summary>
    public CommandResult End()
    {
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"`transferlens {line}` did not end within {Patience}; it said: {output}{error}");
        }

        process.WaitForExit(); // also for the last lines
        return new(process.ExitCode, output.ToString(), error.ToString());
    }

    /// <summary>Ends it and nothing else, as the kernel does when memory is short: kill -9.</summary>
    public CommandResult Kill()
    {
        process.Kill();
        return End();
    }

    /// <summary>Sends SIGINT to it alone.</summary>
    public void Interrupt() => Signal.Send("INT", $"{Id}");

    /// <summary>Sends SIGINT to it and its workers at once, as Ctrl-C in a terminal does.</summary>
    public void InterruptGroup() => Signal.Send("INT", $"-{Id}");

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        process.Dispose();
    }

    private static void Take(StringBuilder to, string? text)
    {
        if (text is not null)
        {
            lock (to)
            {
                to.Append(text).Append('\n');
            }
        }
    }
}

/// <summary>How the command ended and what it said.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to standard error.</param>
internal sealed record CommandResult(int Code, string Output, string Error)
{
    /// <summary>Sees that it ended with a code; shows what it said when it did not.</summary>
    public CommandResult Ended(int code)
    {
        Assert.True(Code == code, $"exit code {Code}, not {code}; it said:\n{Output}{Error}");
        return this;
    }

    /// <summary>Sees that the request was refused in one sentence, and gives it without the name before it.</summary>
    public string Refused()
    {
        Ended(2);
        Assert.Equal("", Output);
        Assert.StartsWith("transferlens: ", Error);
        Assert.Equal(1, Error.Count(c => c == '\n'));
        Assert.Matches(@"[.?]\n$", Error);
        return Error["transferlens: ".Length..^1];
    }
}
