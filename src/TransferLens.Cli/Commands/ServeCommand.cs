using System.CommandLine;
using System.Net;
using TransferLens.Live;
using TransferLens.Runs;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens serve</c>: the live page of a run.</summary>
internal static class ServeCommand
{
    /// <summary>Where the page is unless said otherwise: the same every time, so that a forwarded port keeps working.</summary>
    private const int Port = 7117;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var run = new Argument<DirectoryInfo>("RUN")
        {
            Description = "The run's folder, for example runs/STUDY; it may be one that a run will make.",
        };
        var port = new Option<int?>("--port")
        {
            Description = $"The port; 0 for a free one. Unless given, {Port}, or a free one where that is taken.",
        };
        var host = new Option<string>("--host")
        {
            Description = "The address to listen at.",
            DefaultValueFactory = _ => "127.0.0.1",
        };
        var remote = new Option<bool>("--allow-remote")
        {
            Description =
                "Let --host be an address that other machines reach. Whoever reaches it sees the run; nobody is asked for a password.",
        };
        var command = new Command(
            "serve",
            "Show a run as it goes on a page in the browser: progress, learning curves, failures, then the report."
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
                if (
                    File.Exists(folder)
                    || (
                        Directory.Exists(folder)
                        && Directory.EnumerateFileSystemEntries(folder).Any()
                        && !File.Exists(Path.Combine(folder, "plan.json"))
                    )
                )
                {
                    throw new InputException(
                        $"'{folder}' is not the folder of a run{(File.Exists(folder) ? ", but a file" : ": it holds other things and no plan.json")}; `transferlens run` prints where it puts one."
                    );
                }

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
                    if (!File.Exists(Path.Combine(folder, "plan.json")))
                    {
                        await Console
                            .Error.WriteLineAsync(
                                $"There is no run in '{folder}' yet; the page shows it once there is one."
                            )
                            .ConfigureAwait(false);
                    }

                    await Console.Error.WriteLineAsync("Ctrl-C stops serving; the run goes on.").ConfigureAwait(false);
                    try
                    {
                        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
                    }
                    catch (OperationCanceledException)
                    {
                        // That is how it ends.
                    }
                }

                return 0;
            }
        );
        return command;
    }

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
                .StartAsync(run, address, port ?? Port, TimeProvider.System, cancellationToken)
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
                $"--host is '{host}', which other machines may reach; give --allow-remote too if they are to see the run, or forward a port over ssh."
            );
    }
}
