using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace TransferLens.Vision.Runtime;

/// <summary>The memory of a GPU, as NVIDIA's <c>nvidia-smi</c> reports it.</summary>
internal static class GpuMemory
{
    private const long Mebibyte = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Bytes that are free; null if unknown.</summary>
    /// <param name="device">The device, <c>cuda:N</c>.</param>
    public static long? Free(string device)
    {
        var visible = Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES");
        return Parse(Ask(IdOf(device, visible)));
    }

    /// <summary>
    /// What nvidia-smi calls the device: it counts all GPUs, CUDA those of <c>CUDA_VISIBLE_DEVICES</c>, numbers or
    /// identifiers.
    /// </summary>
    internal static string IdOf(string device, string? visible)
    {
        var number = int.Parse(device.Split(':')[1], CultureInfo.InvariantCulture);
        var named = (visible ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return number < named.Length ? named[number] : $"{number}";
    }

    /// <summary>The number of MiB in an answer; null for anything else.</summary>
    internal static long? Parse(string? answer) =>
        long.TryParse(answer?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var mebibytes)
            ? mebibytes * Mebibyte
            : null;

    private static string? Ask(string id)
    {
        string[] arguments = ["--query-gpu=memory.free", "--format=csv,noheader,nounits", "-i", id];
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("nvidia-smi", arguments)
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            var text = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                return null;
            }

            return process.ExitCode == 0 ? text.GetAwaiter().GetResult() : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
