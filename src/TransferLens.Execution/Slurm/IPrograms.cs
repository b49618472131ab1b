using TransferLens.Studies.Inputs;

namespace TransferLens.Execution.Slurm;

/// <summary>Runs programs of this machine: those of Slurm, or recordings of them.</summary>
public interface IPrograms
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>How it ended and what it said.</returns>
    /// <exception cref="InputException">There is no such program.</exception>
    Task<ProgramOutput> RunAsync(string program, IReadOnlyList<string> arguments);
}

/// <summary>How a program ended and what it said.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to standard error.</param>
public sealed record ProgramOutput(int Code, string Output, string Error);
