using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Models;

namespace TransferLens.Vision.Tasks;

/// <summary>Finds the networks that tasks name.</summary>
internal static class TaskNetworks
{
    /// <summary>The network of a name in the task's catalog.</summary>
    /// <exception cref="InputException">The catalog has none of that name.</exception>
    public static NetworkArchitecture Network(this TaskContext context, string name) =>
        (NetworkArchitecture)context.Catalog.Network(name);
}
