using System.CommandLine;
using System.Net;
using TransferLens.Live;
using TransferLens.Runs;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens serve</c>: the live page of a run.</summary>
internal static class ServeCommand
{
    // The same every time, so that a forwarded port keeps working.
    private const int DefaultPort = 7117;

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var run = new Argument<DirectoryInfo>("RUN")
        {
            Description = "The run's folder, for example runs/STUDY; it need not exist yet.",
        };
        var port = new Option<int?>("--port")
        {
            Description = $"The port; 0 for a free one; {DefaultPort} by default, or a free one if that is taken.",
            HelpName = "N",
        };
        var host = new Option<string>("--host")
        {
            Description = "The address to listen on.",
            HelpName = "ADDRESS",
            DefaultValueFactory = _ => "127.0.0.1",
        };
        var remote = new Option<bool>("--allow-remote")
        {
            Description = "Allow a --host that other machines can reach. They see the run without a password.",
        };
        var command = new Command(
            "serve",
            "Serve a live page for a run: progress, learning curves, failures, then the report."
        )
        {
            run,
            port,
            host,
            remote,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var folder = parsed.GetRequiredValue(run).FullName;
                CheckFolder(folder);
                var address = Address(parsed.GetRequiredValue(host), parsed.GetValue(remote));
                var shown = new LiveRun(folder, () =>
                {
                    var (opened, plan) = RunFolder.Open(folder);
                    return (plan, opened.Store);
                });
                var server = await StartAsync(shown, address, parsed.GetValue(port), cancellationToken)
                    .ConfigureAwait(false);
                await using (server.ConfigureAwait(false))
                {
                    Console.WriteLine($"The run's page: {server.Address}");
                    if (!HasPlan(folder))
                    {
                        var hint = $"There is no run in '{folder}' yet. The page shows it once it starts.";
                        await Console.Error.WriteLineAsync(hint).ConfigureAwait(false);
                    }

                    await Console
                        .Error.WriteLineAsync("Ctrl-C stops serving; the run continues.")
                        .ConfigureAwait(false);
                    try
                    {
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken)
                            .ConfigureAwait(false);
                    }
                    catch (OperationCanceledException)
                    {
                        // Ctrl-C is the normal end.
                    }
                }

                return 0;
            }
        );
        return command;
    }

    private static void CheckFolder(string folder)
    {
        var isFile = File.Exists(folder);
        var hasOtherFiles =
            Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any() && !HasPlan(folder);
        if (isFile || hasOtherFiles)
        {
            var found = isFile ? "it is a file" : "it contains other files and no plan.json";
            throw new InputException(
                $"'{folder}' is not the folder of a run: {found}. `transferlens run` prints the folder of a run."
            );
        }
    }

    private static bool HasPlan(string folder) => File.Exists(Path.Combine(folder, "plan.json"));

    private static async Task<LiveServer> StartAsync(
        LiveRun run,
        IPAddress address,
        int? port,
        CancellationToken cancellationToken
    )
    {
        if (port is < 0 or > IPEndPoint.MaxPort)
        {
            throw new InputException($"--port is {port}, but must be from 0 to {IPEndPoint.MaxPort}.");
        }

        try
        {
            return await LiveServer
                .StartAsync(run, address, port ?? DefaultPort, TimeProvider.System, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (InputException) when (port is null)
        {
            return await LiveServer
                .StartAsync(run, address, 0, TimeProvider.System, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private static IPAddress Address(string host, bool remote)
    {
        var address =
            host == "localhost" ? IPAddress.Loopback
            : IPAddress.TryParse(host, out var parsed) ? parsed
            : throw new InputException($"--host is '{host}', but must be an address such as 127.0.0.1.");
        return IPAddress.IsLoopback(address) || remote
            ? address
            : throw new InputException(
                $"--host is '{host}', which other machines may reach. To show them the run, give --allow-remote too; "
                    + "or forward a port over ssh."
            );
    }
}
