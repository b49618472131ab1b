using TransferLens.Cli.Processes;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Processes;

public class RestartedProcessTests
{
    [Fact]
    public void The_restarted_commands_are_those_that_compute_on_images_and_plan_which_measures_what_they_take()
    {
        var commands = CommandLine
            .Root()
            .Subcommands.Where(command => command.Options.Any(option => option.Name == "--data"))
            .Select(command => command.Name)
            .Append("plan");
        Assert.Equal(commands.Order(StringComparer.Ordinal), RestartedProcess.Commands.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_empty_name_of_a_weights_file_is_rejected()
    {
        using var folder = new TemporaryFolder();
        var result = Command
            .Run(folder.Path, "evaluate", "--network", "cifar_resnet20", "--weights", "", "--data", "x")
            .Ended(2);
        Assert.StartsWith("transferlens: --weights names no file. ", result.Error);
    }

    [Fact]
    public void A_command_restarts_once_with_its_arguments_and_leaves_no_file()
    {
        using var folder = new TemporaryFolder();
        string[] arguments = ["evaluate", "--network", "cifar_resnet20", "--weights", "a b' \"é\"", "--data", ""];
        var (restarted, starts) = Run("-u", RestartedProcess.Mark);
        var (plain, start) = Run($"{RestartedProcess.Mark}=1");
        Assert.Equal((2, 1), (starts, start));
        Assert.Equal(2, restarted.Code);
        Assert.Contains(arguments[4], restarted.Error);
        Assert.Equal(plain, restarted);
        Assert.Empty(Directory.GetFiles(folder.Path, "*dotnet*"));

        // The host of .NET records in a file whenever it starts a program.
        (CommandResult Result, int Starts) Run(params string[] environment)
        {
            var trace = folder[$"{environment.Length}.txt"];
            using var command = Command.StartWith(
                folder.Path,
                new()
                {
                    ["TMPDIR"] = folder.Path,
                    ["COREHOST_TRACE"] = "1",
                    ["COREHOST_TRACEFILE"] = trace,
                },
                ["/usr/bin/env", .. environment],
                arguments
            );
            return (
                command.End(),
                File.ReadLines(trace).Count(line => line.StartsWith("--- Invoked apphost", StringComparison.Ordinal))
            );
        }
    }
}
