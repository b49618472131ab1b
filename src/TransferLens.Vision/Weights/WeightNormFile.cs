using System.Collections.Immutable;
using TransferLens.Vision.Weights.Layouts;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>
/// Weights whose layers have PyTorch's weight normalization: g and v are listed as the weight g v / |v|, with the norm
/// over the axes that g does not have. Source: <c>torch/nn/utils/weight_norm.py</c> and <c>parametrizations.py</c>.
/// </summary>
internal sealed class WeightNormFile : TensorFile
{
    // How names of g and v end, and how the weight's does.
    private static readonly ImmutableArray<(string Scale, string Direction, string Whole)> Ends =
    [
        ("weight_g", "weight_v", "weight"),
        ("parametrizations.weight.original0", "parametrizations.weight.original1", "weight"),
    ];

    private readonly TensorFile file;

    private WeightNormFile(TensorFile file, ImmutableArray<StoredTensor> tensors)
        : base(file.Path) => (this.file, Tensors) = (file, tensors);

    /// <inheritdoc/>
    public override ImmutableArray<StoredTensor> Tensors { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Aliases => file.Aliases;

    /// <inheritdoc/>
    public override string? Architecture => file.Architecture;

    /// <inheritdoc/>
    public override string? Network => file.Network;

    /// <inheritdoc/>
    public override string? Remark => file.Remark;

    /// <summary>The same file if no layer of it has both tensors. It is disposed with the file.</summary>
    public static TensorFile Compute(TensorFile file)
    {
        var byPath = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var tensor in file.Tensors.Where(IsPart))
        {
            byPath.TryAdd(tensor.Path, tensor);
        }

        if (byPath.Count == 0)
        {
            return file;
        }

        var scales = new HashSet<StoredTensor>(ReferenceEqualityComparer.Instance);
        var made = new Dictionary<StoredTensor, StoredTensor>(ReferenceEqualityComparer.Instance);
        foreach (var (path, direction) in byPath)
        {
            foreach (var end in Ends.Where(end => path.EndsWith(end.Direction, StringComparison.Ordinal)))
            {
                if (
                    byPath.TryGetValue(path[..^end.Direction.Length] + end.Scale, out var scale)
                    && Fit(scale, direction)
                )
                {
                    scales.Add(scale);
                    var name = direction.Name[..^end.Direction.Length] + end.Whole;
                    made.Add(direction, direction with { Name = name, Source = new Pair(scale, direction) });
                }
            }
        }

        return made.Count == 0
            ? file
            : new WeightNormFile(
                file,
                [
                    .. file
                        .Tensors.Where(tensor => !scales.Contains(tensor))
                        .Select(tensor => made.GetValueOrDefault(tensor, tensor)),
                ]
            );
    }

    /// <inheritdoc/>
    public override void Dispose() => file.Dispose();

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> ReadAll(IReadOnlyList<StoredTensor> chosen)
    {
        var read = file.Read([.. chosen.SelectMany(Parts)]).GetEnumerator();
        return [.. chosen.Select(tensor => tensor.Source is Pair ? Weight(Next(), Next()) : Next())];

        Tensor Next() => read.MoveNext() ? read.Current : throw new InvalidOperationException("too few tensors");
    }

    private static IEnumerable<StoredTensor> Parts(StoredTensor tensor) =>
        tensor.Source is Pair pair ? [pair.Scale, pair.Direction] : [tensor];

    private static Tensor Weight(Tensor scale, Tensor direction)
    {
        long[] axes =
        [
            .. Enumerable
                .Range(0, (int)direction.dim())
                .Where(axis => scale.dim() == 0 || scale.shape[axis] == 1)
                .Select(axis => (long)axis),
        ];
        return scale * direction / direction.pow(2).sum(axes, keepdim: true).sqrt();
    }

    private static bool IsPart(StoredTensor tensor) =>
        tensor.Problem is null
        && Ends.Any(end =>
            tensor.Name.EndsWith(end.Scale, StringComparison.Ordinal)
            || tensor.Name.EndsWith(end.Direction, StringComparison.Ordinal)
        );

    private static bool Fit(StoredTensor scale, StoredTensor direction) =>
        scale.Container == direction.Container
        && (
            scale.Shape.Length == 0
            || (
                scale.Shape.Length == direction.Shape.Length
                && scale.Shape.Zip(direction.Shape).All(axis => axis.First == 1 || axis.First == axis.Second)
            )
        );

    private sealed record Pair(StoredTensor Scale, StoredTensor Direction);
}
