using System.Collections.Immutable;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>What one batch adds to the tallies of a sweep, among the partial results of a task.</summary>
/// <param name="parts">The partial results of the sweep.</param>
/// <param name="batch">Number of the batch.</param>
internal sealed class SweepBatch(PartialResults parts, int batch)
{
    private string Trained => $"{batch}";

    /// <summary>
    /// Adds to all tallies what an earlier run of the task has kept, if it has kept all; else it adds nothing.
    /// </summary>
    /// <param name="variants">The variants.</param>
    /// <param name="trained">The tally of the network as it is.</param>
    /// <param name="tallies">Those of the variants.</param>
    public bool TryTake(
        ImmutableArray<ModuleVariants> variants,
        SweepTally trained,
        ImmutableArray<ImmutableArray<SweepTally>> tallies
    )
    {
        var kept = new List<(SweepTally Tally, byte[] Summand)>();
        // The network as it is comes last, and where it is missing nothing else needs to be read.
        var all = new[] { (Name: Trained, Tally: trained) }.Concat(
            variants.SelectMany((_, i) => tallies[i].Select((tally, variant) => (Name(i, variant), tally)))
        );
        foreach (var (name, tally) in all)
        {
            if (parts.Read<byte>(name) is not { } summand)
            {
                return false;
            }

            kept.Add((tally, summand));
        }

        kept.ForEach(one => one.Tally.Add(one.Summand));
        return true;
    }

    /// <summary>What a variant of a module adds; null unless an earlier run has kept it.</summary>
    /// <param name="module">Number of the module among those with variants.</param>
    /// <param name="variant">Number of the variant.</param>
    public byte[]? Read(int module, int variant) => parts.Read<byte>(Name(module, variant));

    /// <summary>Keeps what a variant of a module adds, and returns it.</summary>
    public byte[] Keep(int module, int variant, byte[] summand) => Keep(Name(module, variant), summand);

    /// <summary>Keeps what the network as it is adds, and returns it.</summary>
    public byte[] Keep(byte[] summand) => Keep(Trained, summand);

    private byte[] Keep(string name, byte[] summand)
    {
        parts.Write<byte>(name, summand);
        return summand;
    }

    private string Name(int module, int variant) => $"{batch} {module} {variant}";
}
