using System.Collections.Immutable;

namespace TransferLens.Analyses;

/// <summary>Linear CKA between all modules of all networks that were measured together.</summary>
/// <param name="Modules">Names of the modules of each network, in the order of computation.</param>
/// <param name="Examples">Number of pictures.</param>
/// <param name="Form">From which Gram matrices.</param>
/// <param name="Pooled">Whether channels were averaged over height and width first.</param>
/// <param name="Debiased">A symmetric matrix; its rows are the modules of the first network, then those of the second, and
/// so on. Null where it is undefined: a module whose output is the same for every picture, or not finite.</param>
/// <param name="Biased">The same by the biased estimator; null in the minibatch form.</param>
public sealed record SimilarityResult(
    ImmutableArray<ImmutableArray<string>> Modules, int Examples, SimilarityForm Form, bool Pooled,
    ImmutableArray<ImmutableArray<double?>> Debiased, ImmutableArray<ImmutableArray<double?>>? Biased)
{
    /// <summary>All modules of one network against all of another.</summary>
    /// <param name="first">Index of the network whose modules are the rows.</param>
    /// <param name="second">Index of the network whose modules are the columns; may be the same.</param>
    public SimilarityTable Between(int first, int second)
    {
        var (row, column) = (Modules.Take(first).Sum(names => names.Length), Modules.Take(second).Sum(names => names.Length));
        return new(Modules[first], Modules[second], Cut(Debiased), Biased is { } biased ? Cut(biased) : null);

        ImmutableArray<ImmutableArray<double?>> Cut(ImmutableArray<ImmutableArray<double?>> all) =>
            [.. all.Skip(row).Take(Modules[first].Length).Select(values => values.Slice(column, Modules[second].Length))];
    }
}

/// <summary>Linear CKA between the modules of two networks.</summary>
/// <param name="Rows">Modules of the first.</param>
/// <param name="Columns">Modules of the second.</param>
/// <param name="Debiased">Row by row; null where it is undefined.</param>
/// <param name="Biased">The same by the biased estimator; null in the minibatch form.</param>
public sealed record SimilarityTable(
    ImmutableArray<string> Rows, ImmutableArray<string> Columns,
    ImmutableArray<ImmutableArray<double?>> Debiased, ImmutableArray<ImmutableArray<double?>>? Biased)
{
    /// <summary>The modules that both have by name, in the first's order.</summary>
    public ImmutableArray<ModuleSimilarity> Matching() =>
    [
        .. from row in Enumerable.Range(0, Rows.Length)
           let column = Columns.IndexOf(Rows[row])
           where column >= 0
           select new ModuleSimilarity(Rows[row], Biased?[row][column], Debiased[row][column]),
    ];
}

/// <summary>Linear CKA between a module of one network and that of the same name in another.</summary>
/// <param name="Name">The module.</param>
/// <param name="Biased">In [0, 1]; null where it is undefined, and in the minibatch form.</param>
/// <param name="Debiased">About 0 for unrelated features, at most 1; small negative values are real and kept. Null where it is undefined.</param>
public sealed record ModuleSimilarity(string Name, double? Biased, double? Debiased);
