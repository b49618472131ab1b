using TransferLens.Studies.Inputs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Runtime;

/// <summary>How a process of this program computes: with how many threads, and keeping the memory that tensors give back.</summary>
public static class Threading
{
    /// <summary>Sets the number of threads of this process. Results may differ in the last bits between numbers of threads.</summary>
    /// <param name="threads">At least 1; null for every core.</param>
    /// <exception cref="InputException">It is less than 1.</exception>
    public static void Use(int? threads)
    {
        if (threads is < 1)
        {
            throw new InputException($"--threads is {threads}, but it must be at least 1.");
        }

        TensorRuntime.EnsureLoaded();
        FreedMemory.Keep();
        set_num_threads(threads ?? Environment.ProcessorCount);
    }
}
