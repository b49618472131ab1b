using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Weights.Layouts;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>A tensor in one of several files.</summary>
internal sealed record TensorPart(TensorFile File, StoredTensor Tensor);

/// <summary>The product that is added to a layer's weights.</summary>
/// <param name="A">(r, inputs), or (r, inputs, height, width) of a convolution.</param>
/// <param name="B">(outputs, r), or (outputs, r, 1, 1).</param>
/// <param name="Factor">s.</param>
/// <param name="IsTransposed">Whether the layer stores (inputs, outputs).</param>
internal sealed record AdapterProduct(TensorPart A, TensorPart B, double Factor, bool IsTransposed);

/// <summary>A tensor of the merged weights.</summary>
/// <param name="Whole">The tensor without the product.</param>
/// <param name="Product">What is added to it; null for nothing.</param>
internal sealed record MergedTensor(TensorPart Whole, AdapterProduct? Product)
{
    /// <summary>The stored tensors that it is made of.</summary>
    public IEnumerable<TensorPart> Parts => Product is null ? [Whole] : [Whole, Product.A, Product.B];

    /// <summary>W + s B A, computed in float32, in the type of W.</summary>
    public Tensor Compute(Func<StoredTensor, Tensor> read)
    {
        var whole = read(Whole.Tensor);
        if (Product is not { } product)
        {
            return whole;
        }

        using var scope = NewDisposeScope();
        var (a, b) = (read(product.A.Tensor).to(ScalarType.Float32), read(product.B.Tensor).to(ScalarType.Float32));
        var added = b.flatten(1).matmul(a.flatten(1)) * product.Factor;
        added = product.IsTransposed ? added.t() : added.reshape(whole.shape);
        return (whole.to(ScalarType.Float32) + added).to(whole.dtype).contiguous().MoveToOuterDisposeScope();
    }
}

/// <summary>Pairs the tensors of an adapter with those of the base weights.</summary>
/// <param name="settings">The adapter's settings.</param>
/// <param name="path">The adapter's file, for messages.</param>
internal sealed class AdapterMerging(AdapterSettings settings, string path)
{
    private readonly OrderedDictionary<string, MergedTensor> merged = new(StringComparer.Ordinal);
    private readonly HashSet<string> adapters = new(StringComparer.Ordinal);
    private int changed;
    private long rank;

    /// <summary>What was merged, for example "LoRA, r 8, factor 2, 24 layers".</summary>
    public string Text =>
        string.Create(CultureInfo.InvariantCulture, $"LoRA, r {rank}, alpha {settings.Alpha}, {changed} layers");

    /// <summary>Adds the base weights.</summary>
    /// <param name="file">Their file.</param>
    /// <param name="tensors">Its tensors.</param>
    /// <param name="isWrapped">Whether their names are those of a peft model.</param>
    public void AddBase(TensorFile file, IEnumerable<StoredTensor> tensors, bool isWrapped)
    {
        foreach (var tensor in tensors)
        {
            var name = isWrapped ? AdapterName.Parse(tensor.Path) : new(AdapterRole.Base, tensor.Path, "");
            if (name.Role is AdapterRole.Base or AdapterRole.Original)
            {
                merged.TryAdd(name.Name, new(new(file, tensor), null));
            }
        }
    }

    /// <summary>Adds the adapter's tensors.</summary>
    /// <exception cref="InputException">One does not fit the base weights, or cannot be merged.</exception>
    public void AddAdapter(TensorFile file)
    {
        var named = file
            .Tensors.Select(tensor => (Name: AdapterName.Parse(tensor.Path), Part: new TensorPart(file, tensor)))
            .ToList();
        if (named.Find(entry => entry.Name.Role == AdapterRole.Other) is { Name: { } other })
        {
            throw Refusal($"has '{WeightsFile.Printable(other.Name)}', which is not a part of plain LoRA");
        }

        var isAlone = merged.Values.All(tensor => tensor.Whole.File != file);
        foreach (var (name, part) in named.Where(entry => IsReplacement(entry.Name.Role, isAlone)))
        {
            adapters.Add(name.Adapter);
            merged[Find(name.Name) ?? name.Name] = new(part, null);
        }

        var second = named
            .Where(entry => entry.Name.Role == AdapterRole.B)
            .ToDictionary(entry => (entry.Name.Name, entry.Name.Adapter), entry => entry.Part);
        foreach (var (name, part) in named.Where(entry => entry.Name.Role == AdapterRole.A))
        {
            adapters.Add(name.Adapter);
            Add(name.Name, part, second.GetValueOrDefault((name.Name, name.Adapter)));
        }

        if (adapters.Where(name => name.Length > 0).ToList() is { Count: > 1 } several)
        {
            throw Refusal($"has {several.Count} adapters: {string.Join(", ", several.Select(WeightsFile.Printable))}");
        }
    }

    /// <summary>The merged weights.</summary>
    public ImmutableArray<StoredTensor> Tensors() =>
        [
            .. merged.Select(entry =>
            {
                var (container, stored) = (entry.Value.Whole.Tensor.Container, entry.Value.Whole.Tensor);
                var isBelow = container.Length > 0 && entry.Key.StartsWith(container + ".", StringComparison.Ordinal);
                var problem = entry
                    .Value.Parts.Select(part => part.Tensor.Problem)
                    .FirstOrDefault(text => text is not null);
                return new StoredTensor(
                    isBelow ? container : "",
                    isBelow ? entry.Key[(container.Length + 1)..] : entry.Key,
                    stored.Shape,
                    entry.Value
                )
                {
                    Problem = problem,
                };
            }),
        ];

    // An adapter alone has nothing of the base weights but what it replaces.
    private static bool IsReplacement(AdapterRole role, bool isAlone) =>
        role == AdapterRole.Saved || (isAlone && role == AdapterRole.Base);

    private void Add(string layer, TensorPart a, TensorPart? b)
    {
        var name = Find($"{layer}.weight")
            ?? throw new InputException(
                $"The adapter in '{path}' changes the layer '{WeightsFile.Printable(layer)}', whose weights are "
                    + "not there: the base weights are missing, or of another model. Put those of the adapter's own "
                    + "base model next to it, or call merge_and_unload() in Python and save the result."
            );
        if (b is null)
        {
            throw Refusal($"has no lora_B for the layer '{WeightsFile.Printable(layer)}'");
        }

        var (whole, first, second) = (merged[name].Whole, a.Tensor.Shape, b.Tensor.Shape);
        if (!Fits(whole.Tensor.Shape, first, second))
        {
            throw Refusal(
                $"has factors of shapes [{string.Join(", ", second)}] and [{string.Join(", ", first)}] for the layer "
                    + $"'{WeightsFile.Printable(layer)}' of shape [{string.Join(", ", whole.Tensor.Shape)}]"
            );
        }

        rank = Math.Max(rank, first[0]);
        changed++;
        var product = new AdapterProduct(a, b, settings.Factor(layer, first[0]), settings.IsTransposed);
        merged[name] = new(whole, product);
    }

    // (outputs, r, 1, 1) and (r, inputs, height, width), or without the last two.
    private bool Fits(long[] whole, long[] a, long[] b) =>
        a.Length == whole.Length
        && a.Length is 2 or 4
        && b.Length == a.Length
        && a[0] > 0
        && a[0] == b[1]
        && b.Skip(2).All(length => length == 1)
        && whole.SequenceEqual(settings.IsTransposed && a.Length == 2 ? [a[1], b[0]] : [b[0], .. a[1..]]);

    // The adapter may be of a network with a head, and the base weights without: vit.encoder next to encoder.
    private string? Find(string name)
    {
        if (merged.ContainsKey(name))
        {
            return name;
        }

        List<string> longer = [.. merged.Keys.Where(key => key.EndsWith("." + name, StringComparison.Ordinal)).Take(2)];
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return longer.Count == 1 ? longer[0]
            : dot >= 0 && name[(dot + 1)..] is var shorter && merged.ContainsKey(shorter) ? shorter
            : null;
    }

    private InputException Refusal(string what) =>
        new(
            $"The adapter in '{path}' {what}. In Python, load it on its base network, call merge_and_unload(), and "
                + "save the result."
        );
}
