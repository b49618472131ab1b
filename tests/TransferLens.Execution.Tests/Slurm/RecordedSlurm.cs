using TransferLens.Execution.Slurm;

namespace TransferLens.Execution.Tests.Slurm;

/// <summary>Slurm's programs as recordings: what each says, and what it was asked.</summary>
internal sealed class RecordedSlurm : IPrograms
{
    /// <summary>What a program says to some arguments; an empty answer where nothing is recorded.</summary>
    public Func<string, IReadOnlyList<string>, ProgramOutput?> Answer { get; set; } = (_, _) => null;

    /// <summary>What was asked, in order: a program and its arguments, with blanks between.</summary>
    public List<string> Asked { get; } = [];

    public Task<ProgramOutput> RunAsync(string program, IReadOnlyList<string> arguments)
    {
        Asked.Add(string.Join(' ', arguments.Prepend(program)));
        return Task.FromResult(Answer(program, arguments) ?? new(0, "", ""));
    }
}
