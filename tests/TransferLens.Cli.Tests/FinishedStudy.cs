[assembly: AssemblyFixture(typeof(TransferLens.Cli.Tests.FinishedStudy))]

namespace TransferLens.Cli.Tests;

/// <summary>One tiny study that ran undisturbed to its end, shared by the tests; those that change anything take a copy.</summary>
public sealed class FinishedStudy : IDisposable
{
    private readonly Lazy<(TinyStudy Study, CommandResult Run)> made = new(() =>
    {
        var study = new TinyStudy();
        return (study, study.Run().Ended(0));
    });

    /// <summary>The study, finished.</summary>
    internal TinyStudy Study => made.Value.Study;

    /// <summary>What its run said.</summary>
    internal CommandResult Run => made.Value.Run;

    /// <summary>A study with a copy of everything that was made, to be changed at will.</summary>
    internal TinyStudy Copy()
    {
        var copy = new TinyStudy();
        foreach (var file in Directory.GetFiles(Study["runs"], "*", SearchOption.AllDirectories))
        {
            var to = copy["runs", Path.GetRelativePath(Study["runs"], file)];
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return copy;
    }

    public void Dispose()
    {
        if (made.IsValueCreated)
        {
            made.Value.Study.Dispose();
        }
    }
}
