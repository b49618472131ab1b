using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Weights.Layouts;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>
/// Base weights with a LoRA adapter of peft merged into them: W + s B A in each adapted layer, and the tensors that the
/// adapter replaces. Source: peft, <c>tuners/lora/layer.py</c> and <c>utils/save_and_load.py</c>.
/// </summary>
internal sealed class AdapterFile : TensorFile
{
    private readonly TensorFile adapted;
    private readonly TensorFile? adapter;

    private AdapterFile(TensorFile adapted, TensorFile? adapter, ImmutableArray<StoredTensor> tensors, string remark)
        : base(adapted.Path) => (this.adapted, this.adapter, Tensors, Remark) = (adapted, adapter, tensors, remark);

    /// <inheritdoc/>
    public override ImmutableArray<StoredTensor> Tensors { get; }

    /// <inheritdoc/>
    public override string? Remark { get; }

    /// <inheritdoc/>
    public override string? Architecture => adapted.Architecture;

    /// <inheritdoc/>
    public override string? Network => adapted.Network;

    /// <summary>Merges an adapter into weights in another file, and takes ownership of both.</summary>
    /// <exception cref="InputException">The adapter is not of these weights, or of a kind that cannot be
    /// merged.</exception>
    public static AdapterFile Merge(TensorFile adapted, TensorFile adapter, AdapterSettings settings)
    {
        try
        {
            var merging = new AdapterMerging(settings, adapter.Path);
            merging.AddBase(adapted, adapted.Tensors, isWrapped: false);
            merging.AddAdapter(adapter);
            var remark = $"adapter merged into '{System.IO.Path.GetFileName(adapted.Path)}' ({merging.Text})";
            return new(adapted, adapter, merging.Tensors(), remark);
        }
        catch
        {
            adapted.Dispose();
            adapter.Dispose();
            throw;
        }
    }

    /// <summary>Merges an adapter that is in one file with its base weights; other files stay as they are.</summary>
    /// <exception cref="InputException">The base weights or the adapter's settings are missing.</exception>
    public static TensorFile MergeOwn(TensorFile file)
    {
        if (!file.Tensors.Any(tensor => AdapterName.IsOfAdapter(tensor.Path)))
        {
            return file;
        }

        try
        {
            var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file.Path))!;
            var settings = AdapterSettings.Find(folder)
                ?? throw new InputException(
                    $"'{file.Path}' contains an adapter (LoRA) but not its factor. Put its {AdapterSettings.FileName} "
                        + "into the same folder, or call merge_and_unload() in Python and save the result."
                );
            var merging = new AdapterMerging(settings, file.Path);
            merging.AddBase(file, file.Tensors, isWrapped: true);
            merging.AddAdapter(file);
            return new AdapterFile(file, null, merging.Tensors(), $"adapter merged ({merging.Text})");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        adapted.Dispose();
        adapter?.Dispose();
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> ReadAll(IReadOnlyList<StoredTensor> chosen)
    {
        var parts = chosen.Select(tensor => (MergedTensor)tensor.Source).ToList();
        var read = new Dictionary<StoredTensor, Tensor>(ReferenceEqualityComparer.Instance);
        foreach (var group in parts.SelectMany(part => part.Parts).GroupBy(part => part.File))
        {
            List<StoredTensor> tensors =
            [
                .. group.Select(part => part.Tensor).Distinct(ReferenceEqualityComparer.Instance).Cast<StoredTensor>(),
            ];
            foreach (var (tensor, value) in tensors.Zip(group.Key.Read(tensors)))
            {
                read[tensor] = value;
            }
        }

        return [.. parts.Select(part => part.Compute(tensor => read[tensor]))];
    }
}
