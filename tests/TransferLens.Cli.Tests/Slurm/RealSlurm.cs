using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Slurm;

/// <summary>
/// A one-node Slurm for these tests: controller, node daemon and munge. Configuration, state and logs are in a
/// temporary folder.
/// </summary>
public sealed class RealSlurm : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder folder = new();

    /// <summary>Starts Slurm where it is installed.</summary>
    public RealSlurm()
    {
        Missing =
            !OperatingSystem.IsLinux()
            || !new[] { "/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/sbin/munged" }.All(File.Exists)
                ? "Slurm is not installed. Run `apt-get install slurm-wlm munge` as root."
            : Environment.UserName != "root" ? "Only root can start a controller and a node daemon."
            : null;
        if (Missing is null)
        {
            Start();
        }
    }

    /// <summary>Why Slurm is missing; null when it runs.</summary>
    public string? Missing { get; }

    /// <summary>Name of the node.</summary>
    public const string Node = "node1";

    /// <summary>Runs one of Slurm's programs and returns its output.</summary>
    public static string Say(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        process.WaitForExit();
        Assert.True(
            process.ExitCode == 0,
            $"{program} {string.Join(' ', arguments)} printed: {output.Result}{error.Result}"
        );
        return output.Result;
    }

    /// <summary>State and job of every element of a study's arrays, for example <c>RUNNING 12_0</c>.</summary>
    public static IReadOnlyList<string> Elements(string study, string states = "all") =>
        [
            .. Say("squeue", "--noheader", "--array", $"--states={states}", "--format=%T %F_%K|%j")
                .Split('\n')
                .Select(line => line.Split('|'))
                .Where(parts => parts.Length == 2 && parts[1].StartsWith($"{study}-", StringComparison.Ordinal))
                .Select(parts => parts[0]),
        ];

    /// <summary>Restarts the controller.</summary>
    public void RestartController()
    {
        End("slurmctld");
        Daemon("slurmctld", "-f", folder["slurm.conf"]);
    }

    public void Dispose()
    {
        if (Missing is null)
        {
            foreach (var daemon in (string[])["slurmctld", "slurmd", "munged"])
            {
                End(daemon);
            }
        }

        // Without this file Slurm's programs would search the network for a controller for a minute or more.
        Environment.SetEnvironmentVariable("SLURM_CONF", null);
        folder.Dispose();
    }

    private void Start()
    {
        Directory.CreateDirectory(folder["spool"]);
        Directory.CreateDirectory(folder["state"]);
        using (
            var key = new FileStream(
                folder["munge.key"],
                OperatingSystem.IsWindows()
                    ? new FileStreamOptions()
                    : new()
                    {
                        Mode = FileMode.CreateNew,
                        Access = FileAccess.Write,
                        UnixCreateMode = UnixFileMode.UserRead,
                    }
            )
        )
        {
            key.Write(RandomNumberGenerator.GetBytes(128));
        }

        File.WriteAllText(folder["slurm.conf"], Configuration(Port(), Port()));
        Environment.SetEnvironmentVariable("SLURM_CONF", folder["slurm.conf"]);
        Daemon(
            "munged",
            "--force",
            $"--socket={folder["munge.socket"]}",
            $"--key-file={folder["munge.key"]}",
            $"--pid-file={folder["munged.pid"]}",
            $"--log-file={folder["munged.log"]}",
            $"--seed-file={folder["munged.seed"]}"
        );
        Daemon("slurmctld", "-f", folder["slurm.conf"]);
        Daemon("slurmd", "-N", Node, "-f", folder["slurm.conf"]);
        for (
            var watch = Stopwatch.StartNew();
            Say("sinfo", "--noheader", "--format=%T").Trim() != "idle";
            Thread.Sleep(100)
        )
        {
            var logs = $"{File.ReadAllText(folder["slurmd.log"])}{File.ReadAllText(folder["slurmctld.log"])}";
            Assert.True(watch.Elapsed < Patience, $"the node did not start: {Say("sinfo")}{logs}");
        }
    }

    // More processors than the machine has, so that sleeping jobs do not block others.
    private string Configuration(int controller, int node) =>
        $"""
            ClusterName=tests
            SlurmctldHost={Host}(127.0.0.1)
            SlurmUser=root
            SlurmdUser=root
            AuthType=auth/munge
            AuthInfo=socket={folder["munge.socket"]}
            SlurmctldPort={controller}
            SlurmdPort={node}
            SlurmctldPidFile={folder["slurmctld.pid"]}
            SlurmdPidFile={folder["slurmd.pid"]}
            SlurmctldLogFile={folder["slurmctld.log"]}
            SlurmdLogFile={folder["slurmd.log"]}
            SlurmdSpoolDir={folder["spool"]}
            StateSaveLocation={folder["state"]}
            SlurmdParameters=config_overrides
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            SwitchType=switch/none
            MpiDefault=none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_CPU
            SchedulerType=sched/backfill
            SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=0
            ReturnToService=2
            KillWait=2
            MinJobAge=7200
            MailProg=/bin/true
            NodeName={Node} NodeHostname={Host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=4000 State=UNKNOWN
            PartitionName=main Nodes={Node} Default=YES MaxTime=INFINITE State=UP
            """ + "\n";

    private static string Host => Dns.GetHostName().Split('.')[0];

    private static int Port()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void Daemon(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo($"/usr/sbin/{program}", arguments)
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            }
        )!;
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} did not start");
    }

    private void End(string daemon)
    {
        if (
            !File.Exists(folder[$"{daemon}.pid"])
            || !int.TryParse(File.ReadAllText(folder[$"{daemon}.pid"]), out var id)
        )
        {
            return;
        }

        Signal.Send("TERM", $"{id}");
        for (var watch = Stopwatch.StartNew(); Signal.Runs(id); Thread.Sleep(50))
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(20))
            {
                Signal.Send("KILL", $"{id}");
            }
        }
    }
}
