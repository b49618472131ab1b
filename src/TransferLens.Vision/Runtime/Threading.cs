using TransferLens.Studies.Inputs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Runtime;

/// <summary>Sets the number of threads of this process, and keeps the memory of disposed tensors.</summary>
public static class Threading
{
    /// <summary>
    /// Sets the number of threads of this process. Results may differ in the last bits between numbers of threads.
    /// </summary>
    /// <param name="threads">At least 1; null for one per core.</param>
    /// <exception cref="InputException">It is less than 1.</exception>
    public static void Use(int? threads)
    {
        if (threads is < 1)
        {
            throw new InputException($"The number of threads is {threads}, but must be at least 1.");
        }

        TensorRuntime.EnsureLoaded();
        FreedMemory.Keep();
        set_num_threads(threads ?? Environment.ProcessorCount);
    }
}
