using System.Runtime.InteropServices;
using TransferLens.Vision.Runtime;

namespace TransferLens.Speed;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    /// <summary>The processor's name and how many of its cores are here.</summary>
    public static string Processor() =>
        $"{File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString()} with {Environment.ProcessorCount} cores";

    /// <summary>Whether the processor multiplies in bfloat16 itself. Others emulate it, ten times slower than float32.</summary>
    public static bool ComputesInBfloat16() =>
        File.ReadLines("/proc/cpuinfo")
            .Where(line => line.StartsWith("flags", StringComparison.Ordinal))
            .Take(1)
            .Any(line =>
                line.Contains("avx512_bf16", StringComparison.Ordinal)
                || line.Contains("amx_bf16", StringComparison.Ordinal)
            );

    /// <summary>The versions of both sides.</summary>
    public static string Versions(Inputs inputs) =>
        $"{RuntimeInformation.FrameworkDescription}, {string.Join(" and ", TensorRuntime.Software.Select(one => $"{one.Key} {one.Value}"))}; peer: {inputs.Peer("versions", []).Result["text"]}";
}
