using TransferLens.Studies.Inputs;

namespace TransferLens.Execution.Slurm;

/// <summary>Runs the programs of Slurm. Tests replace them by recorded answers.</summary>
internal interface IPrograms
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>Its exit code and output.</returns>
    /// <exception cref="InputException">The program is not installed.</exception>
    Task<ProgramOutput> RunAsync(string program, IReadOnlyList<string> arguments);
}

/// <summary>The exit code and output of a program.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record ProgramOutput(int Code, string Output, string Error);
