using System.Collections.Immutable;

namespace TransferLens.Cli.Processes;

/// <summary>Workers run this same program as <c>transferlens task KEY</c>.</summary>
internal static class WorkerProcess
{
    /// <summary>The words that start this program, here or on another machine that has the same files.</summary>
    public static ImmutableArray<string> Command() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
            ? [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "transferlens.dll")]
            : [Environment.ProcessPath!];
}
