using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Commands;

public class DoctorTests
{
    [Fact]
    public void Every_line_begins_with_its_verdict_and_the_tensor_library_passes()
    {
        using var folder = new TemporaryFolder();
        var lines = Command.Run(folder.Path, "doctor").Ended(0).Output.TrimEnd('\n').Split('\n');
        Assert.StartsWith("pass  tensor library: libtorch ", lines[0]);
        Assert.All(lines, line => Assert.Matches("^(pass|warn) {2}[A-Za-z ]+: .+$", line));
    }

    [Fact]
    public void A_program_of_the_cluster_that_never_answers_does_not_keep_it_waiting()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A script stands in for the program.");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["sbatch"], "#!/bin/sh\nexec sleep 600\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder["sbatch"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        using var doctor = Command.StartWith(
            folder.Path,
            new() { ["PATH"] = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}" },
            [],
            ["doctor"]
        );
        Assert.Contains("pass  Slurm: sbatch and squeue not found or not answering", doctor.End().Ended(0).Output);
    }

    [Fact]
    public void A_cache_folder_that_cannot_be_written_fails()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["cache"], "a file where the folder should be");
        Assert.Contains("fail  disk: ", Command.Run(folder.Path, "doctor").Ended(1).Output);
    }
}
