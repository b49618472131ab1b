using TransferLens.Cli.Tests.Runs;
using TransferLens.Execution.Artifacts;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Faults;

public sealed class KillTests(LongStudy expected) : IClassFixture<LongStudy>
{
    // TRANSFERLENS_KILLS sets another number.
    private static readonly int Wanted = int.TryParse(
        Environment.GetEnvironmentVariable("TRANSFERLENS_KILLS"),
        out var kills
    )
        ? kills
        : 100;

    [Fact]
    public void Random_kills_change_no_byte_of_the_results()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux lists processes in /proc.");
        using var study = LongStudy.Make();
        var (random, kills, runs, finished) = (new Random(2020_10), 0, 0, 0);
        for (; kills < Wanted; runs++)
        {
            using var run = study.StartRun();
            kills += Disturb(run, random);
            var result = run.End();
            // A process that crashes by itself must not count as killed.
            Assert.True(
                result.Code is 0 or 1 or 137,
                $"after {kills} kills the run ended with {result.Code}: {result.Output}{result.Error}"
            );
            if (result.Code == 0)
            {
                Assert.Equal(expected.Undisturbed, study.Results());
                finished++;
                DeleteHalf(study, random);
            }
        }

        study.Run().Ended(0);
        Assert.Equal(expected.Undisturbed, study.Results());
        Assert.All(Keys(study), key => new ArtifactStore(study.Store).Open(key));
        Assert.True(runs > finished, "no run was interrupted");
        HostileInput.Note("processes killed with kill -9", kills);
        HostileInput.Note("runs of a study interrupted by it", runs - finished);
    }

    // Waits, kills some workers, and finally the run and perhaps its workers. Returns the number of killed processes.
    private static int Disturb(Command run, Random random)
    {
        var killed = 0;
        Thread.Sleep(random.Next(50, 2500));
        while (random.Next(3) == 0 && !run.HasEnded)
        {
            killed += Kill([.. Signal.Children(run.Id).Take(1)]);
            Thread.Sleep(random.Next(50, 1000));
        }

        int[] workers = [.. run.HasEnded ? [] : Signal.Children(run.Id)];
        // When only the run is killed, its workers must end by themselves.
        killed += run.HasEnded ? 0 : Kill([run.Id]);
        return killed + (random.Next(2) == 0 ? Kill(workers) : 0);
    }

    private static int Kill(int[] processes)
    {
        var living = processes.Where(Signal.Runs).ToList();
        if (living.Count > 0)
        {
            Signal.Send("KILL", living.Select(id => $"{id}"));
        }

        return living.Count;
    }

    // A finished study has nothing to interrupt, so half of its artifacts are deleted.
    private static void DeleteHalf(TinyStudy study, Random random)
    {
        foreach (var key in Keys(study).Where(_ => random.Next(2) == 0))
        {
            Directory.Delete(Path.Combine(study.Store, "artifacts", key), recursive: true);
            HostileInput.Note("artifacts deleted", 1);
        }
    }

    private static List<string> Keys(TinyStudy study) =>
        [
            .. Directory
                .GetDirectories(Path.Combine(study.Store, "artifacts"))
                .Select(folder => Path.GetFileName(folder)!)
                .Where(name => name[0] != '.'),
        ];
}
