using TransferLens.Execution.Slurm;

namespace TransferLens.Execution.Tests.Slurm;

/// <summary>Recorded answers in place of Slurm's programs.</summary>
internal sealed class RecordedSlurm : IPrograms
{
    /// <summary>The answer of a program to its arguments; null for exit code 0 and no output.</summary>
    public Func<string, IReadOnlyList<string>, ProgramOutput?> Answer { get; set; } = (_, _) => null;

    /// <summary>The command lines that were run, in order.</summary>
    public List<string> Asked { get; } = [];

    public Task<ProgramOutput> RunAsync(string program, IReadOnlyList<string> arguments)
    {
        Asked.Add(string.Join(' ', arguments.Prepend(program)));
        return Task.FromResult(Answer(program, arguments) ?? new(0, "", ""));
    }
}
