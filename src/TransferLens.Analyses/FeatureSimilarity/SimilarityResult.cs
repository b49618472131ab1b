using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>Linear CKA between all modules of all networks measured together.</summary>
/// <param name="Modules">Names of the modules of each network, in the order of computation.</param>
/// <param name="Examples">Number of images.</param>
/// <param name="Form">The Gram matrices it was computed from.</param>
/// <param name="Pooled">Whether channels were averaged over height and width first.</param>
/// <param name="Debiased">
/// A symmetric matrix; its rows are the modules of the first network, then those of the second, and so on. Null where
/// it is undefined: a module whose output is the same for every image, or not finite.
/// </param>
/// <param name="Biased">The matrix for the biased estimator; null in the minibatch form.</param>
/// <param name="DebiasedErrors">
/// Jackknife standard errors of <paramref name="Debiased"/> over images; null where undefined, and with fewer than 5
/// images in a Gram matrix.
/// </param>
/// <param name="BiasedErrors">Jackknife standard errors of <paramref name="Biased"/>.</param>
public sealed record SimilarityResult(
    ImmutableArray<ImmutableArray<string>> Modules,
    int Examples,
    SimilarityForm Form,
    bool Pooled,
    ImmutableArray<ImmutableArray<double?>> Debiased,
    ImmutableArray<ImmutableArray<double?>>? Biased,
    ImmutableArray<ImmutableArray<double?>> DebiasedErrors,
    ImmutableArray<ImmutableArray<double?>>? BiasedErrors
)
{
    /// <summary>Which tokens of transformers were compared.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SimilarityTokens Tokens { get; init; }

    /// <summary>CKA between all modules of one network and all modules of another.</summary>
    /// <param name="first">Index of the network whose modules are the rows.</param>
    /// <param name="second">Index of the network whose modules are the columns; may be the same.</param>
    public SimilarityTable Between(int first, int second)
    {
        var (row, column) = (
            Modules.Take(first).Sum(names => names.Length),
            Modules.Take(second).Sum(names => names.Length)
        );
        return new(
            Modules[first],
            Modules[second],
            Cut(Debiased),
            Biased is { } biased ? Cut(biased) : null,
            Cut(DebiasedErrors),
            BiasedErrors is { } errors ? Cut(errors) : null
        );

        ImmutableArray<ImmutableArray<double?>> Cut(ImmutableArray<ImmutableArray<double?>> all) =>
            [
                .. all.Skip(row)
                    .Take(Modules[first].Length)
                    .Select(values => values.Slice(column, Modules[second].Length)),
            ];
    }

    /// <summary>
    /// CKA between every two networks, for each module that all networks have by name, in the order of the first.
    /// </summary>
    public ImmutableArray<ModelMatrix> BetweenModels()
    {
        int[] starts = [.. Modules.Select((_, network) => Modules.Take(network).Sum(names => names.Length))];
        return
        [
            .. ModelMatrix
                .Shared(Modules)
                .Select(name =>
                {
                    int[] rows = [.. Modules.Select((names, network) => starts[network] + names.IndexOf(name))];
                    return new ModelMatrix(
                        name,
                        Cut(Debiased, rows),
                        Biased is { } biased ? Cut(biased, rows) : null,
                        Cut(DebiasedErrors, rows),
                        BiasedErrors is { } errors ? Cut(errors, rows) : null
                    );
                }),
        ];

        static ImmutableArray<ImmutableArray<double?>> Cut(ImmutableArray<ImmutableArray<double?>> all, int[] rows) =>
            [.. rows.Select(row => (ImmutableArray<double?>)[.. rows.Select(column => all[row][column])])];
    }
}

/// <summary>Linear CKA between the modules of two networks.</summary>
/// <param name="Rows">Modules of the first.</param>
/// <param name="Columns">Modules of the second.</param>
/// <param name="Debiased">Debiased CKA, row by row; null where undefined.</param>
/// <param name="Biased">Biased CKA; null in the minibatch form.</param>
/// <param name="DebiasedErrors">
/// Jackknife standard errors of <paramref name="Debiased"/> over images; null where undefined.
/// </param>
/// <param name="BiasedErrors">Jackknife standard errors of <paramref name="Biased"/>.</param>
public sealed record SimilarityTable(
    ImmutableArray<string> Rows,
    ImmutableArray<string> Columns,
    ImmutableArray<ImmutableArray<double?>> Debiased,
    ImmutableArray<ImmutableArray<double?>>? Biased,
    ImmutableArray<ImmutableArray<double?>> DebiasedErrors,
    ImmutableArray<ImmutableArray<double?>>? BiasedErrors
)
{
    /// <summary>
    /// The debiased CKA of two modules with its 95 % interval over images; null when either is undefined.
    /// </summary>
    /// <param name="row">Index among <see cref="Rows"/>.</param>
    /// <param name="column">Index among <see cref="Columns"/>.</param>
    public Estimate? DebiasedInterval(int row, int column) =>
        CkaInterval.FromStandardError(Debiased[row][column], DebiasedErrors[row][column]);

    /// <summary>The biased CKA of two modules with its 95 % interval; null when either is undefined.</summary>
    /// <param name="row">Index among <see cref="Rows"/>.</param>
    /// <param name="column">Index among <see cref="Columns"/>.</param>
    public Estimate? BiasedInterval(int row, int column) =>
        CkaInterval.FromStandardError(Biased?[row][column], BiasedErrors?[row][column]);

    /// <summary>The modules that have the same name in both, in the order of the first.</summary>
    public ImmutableArray<ModuleSimilarity> Matching() =>
        [
            .. from row in Enumerable.Range(0, Rows.Length)
            let column = Columns.IndexOf(Rows[row])
            where column >= 0
            let biased = BiasedInterval(row, column)
            let debiased = DebiasedInterval(row, column)
            select new ModuleSimilarity(Rows[row], Biased?[row][column], Debiased[row][column])
            {
                BiasedLow = biased?.Low,
                BiasedHigh = biased?.High,
                DebiasedLow = debiased?.Low,
                DebiasedHigh = debiased?.High,
                Error = DebiasedErrors[row][column],
            },
        ];
}

/// <summary>Linear CKA between modules of the same name in two networks.</summary>
/// <param name="Name">The module.</param>
/// <param name="Biased">In [0, 1]; null when undefined, and in the minibatch form.</param>
/// <param name="Debiased">
/// About 0 for unrelated features, at most 1; small negative values occur and are kept. Null when undefined.
/// </param>
public sealed record ModuleSimilarity(string Name, double? Biased, double? Debiased)
{
    /// <summary>
    /// Lower end of the 95 % jackknife interval of <see cref="Biased"/> over images; null when undefined.
    /// </summary>
    public double? BiasedLow { get; init; }

    /// <summary>Upper end of that interval.</summary>
    public double? BiasedHigh { get; init; }

    /// <summary>
    /// Lower end of the 95 % jackknife interval of <see cref="Debiased"/> over images; null when undefined.
    /// </summary>
    public double? DebiasedLow { get; init; }

    /// <summary>Upper end of that interval.</summary>
    public double? DebiasedHigh { get; init; }

    // Jackknife standard error of Debiased over images; null when undefined.
    [JsonIgnore]
    internal double? Error { get; init; }

    // With fewer than 5 images there is no interval, and the value itself is used.
    [JsonIgnore]
    internal Estimate? Interval =>
        Debiased is { } value ? new(value, DebiasedLow ?? value, DebiasedHigh ?? value) : null;
}
