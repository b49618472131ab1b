using TorchSharp;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models;

/// <summary>
/// A network that can be created with any number of classes. <see cref="Architectures.Networks.All"/> lists those that
/// TransferLens ships; construct one to run studies with a network of your own.
/// </summary>
public sealed class NetworkArchitecture : NetworkDeclaration
{
    // TorchSharp's modules draw their weights from one generator per process.
    private static readonly Lock GlobalGenerator = new();

    private readonly Func<int, Generator?, Network> create;
    private readonly Func<IReadOnlyCollection<string>, bool>? fits;

    /// <summary>Declares a network of your own.</summary>
    /// <param name="name">Its name, different from those of other networks.</param>
    /// <param name="modules">Names of its modules in order of computation, the head last: those of the networks that
    /// <paramref name="create"/> returns.</param>
    /// <param name="create">Creates it on the CPU with the given number of classes. TorchSharp's
    /// generator is seeded before each call.</param>
    /// <exception cref="InputException">There is no module, or two have the same name.</exception>
    public NetworkArchitecture(string name, IEnumerable<string> modules, Func<int, Network> create)
        : base(name, modules)
    {
        this.create = (classes, generator) => CreateSeeded(create, classes, generator);
    }

    /// <summary>Declares a network that draws its weights from a given generator.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="modules">Names of its modules in order of computation, the head last.</param>
    /// <param name="fits">Whether tensors of these names may be a checkpoint of it. A fast test that rules out nearly
    /// all other networks.</param>
    /// <param name="create">Creates it with a number of classes; weights stay zero without a generator.</param>
    internal NetworkArchitecture(
        string name,
        IEnumerable<string> modules,
        Func<IReadOnlyCollection<string>, bool> fits,
        Func<int, Generator?, Network> create
    )
        : base(name, modules)
    {
        (this.fits, this.create) = (fits, create);
    }

    /// <summary>Creates the network with random weights, initialized as its source does.</summary>
    /// <param name="classes">Number of classes, at least 1.</param>
    /// <param name="seed">Seed of the weights; equal seeds give equal bits.</param>
    /// <param name="device">Device to create it on; null for <see cref="ComputeDevice.Current"/>. The weights are the
    /// same on every device.</param>
    /// <exception cref="InputException">The network has other modules than were declared.</exception>
    public Network Create(int classes, long seed, Device? device = null)
    {
        using var generator = new Generator((ulong)seed);
        return CreateOn(classes, generator, device ?? ComputeDevice.Current);
    }

    /// <summary>
    /// This network as weights need it. Vision transformers of one name differ in number of tokens, position
    /// embeddings, layer scale and pooling, which the names and shapes of the tensors tell.
    /// </summary>
    /// <param name="weights">The weights, for example a <c>StateDict</c>.</param>
    /// <returns>A network of the same name and modules; this one if it has no such variants, or if the weights are no
    /// variant of it.</returns>
    public NetworkArchitecture VariantFor(IReadOnlyDictionary<string, Tensor> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return Variant?.Invoke(weights) ?? this;
    }

    /// <summary>Finds the variant for weights; null if that is this network.</summary>
    internal Func<IReadOnlyDictionary<string, Tensor>, NetworkArchitecture?>? Variant { get; init; }

    /// <summary>What the names and shapes of its tensors do not tell.</summary>
    internal HiddenTraits Hidden { get; init; } = HiddenTraits.Unknown;

    /// <summary>Checks more of a size than its range; null for nothing.</summary>
    internal Action<int>? SizeCheck { get; init; }

    /// <inheritdoc/>
    public override NetworkDeclaration Group(ModuleGroups groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var parts = groups.Over(Modules, Title);
        return new NetworkArchitecture(
            groups.NameOf(Name),
            parts.Select(part => part.Name),
            Fits,
            (classes, generator) => create(classes, generator).Grouped(parts)
        )
        {
            Title = Title,
            SmallestSize = SmallestSize,
            LargestSize = LargestSize,
            SizeMultiple = SizeMultiple,
            UsualSize = UsualSize,
            Hidden = Hidden,
            SizeCheck = SizeCheck,
            IsForeign = IsForeign,
            Variant = weights => Variant?.Invoke(weights)?.Group(groups) as NetworkArchitecture,
        };
    }

    // Networks of a user draw their weights on the CPU and move afterwards.
    private bool IsForeign
    {
        get => field || fits is null;
        init;
    }

    /// <inheritdoc/>
    public override void CheckSize(int size)
    {
        base.CheckSize(size);
        SizeCheck?.Invoke(size);
    }

    /// <summary>Whether tensors of these names may be a checkpoint of this network.</summary>
    /// <param name="tensors">Names of the tensors, without counts of batches (<c>num_batches_tracked</c>).</param>
    internal bool Fits(IReadOnlyCollection<string> tensors)
    {
        if (fits is not null)
        {
            return fits(tensors);
        }

        using var outline = CreateOutline(classes: 1);
        return outline
            .state_dict()
            .Keys.Where(name => !name.EndsWith(".num_batches_tracked", StringComparison.Ordinal))
            .All(tensors.Contains);
    }

    /// <summary>
    /// Creates the network for its tensors' names and shapes, or for weights that are loaded next. The weights of
    /// shipped networks are zero.
    /// </summary>
    internal Network CreateOutline(int classes) => CreateOn(classes, generator: null, device: null);

    /// <summary>
    /// The shapes of the network's parameters and buffers. Shipped networks are not allocated for it, however large.
    /// </summary>
    internal Dictionary<string, long[]> Shapes(int classes)
    {
        using var scope = NewDisposeScope();
        using var network = NewWeights.On(new Device(DeviceType.META), () => CreateOutline(classes));
        return network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.shape);
    }

    private Network CreateOn(int classes, Generator? generator, Device? device)
    {
        var network = device is null
            ? create(classes, generator)
            : NewWeights.On(device, () => create(classes, generator));
        if (device is not null && IsForeign)
        {
            network.Root.to(device);
        }

        if (!Modules.SequenceEqual(network.Modules.Select(module => module.Name)))
        {
            var created = string.Join(", ", network.Modules.Select(module => module.Name));
            network.Dispose();
            throw new InputException(
                $"The network {Name} declares the modules {string.Join(", ", Modules)} but was created with {created}."
            );
        }

        return network;
    }

    // Seeds the generator that TorchSharp's modules draw from, and restores its state afterwards.
    private static Network CreateSeeded(Func<int, Network> create, int classes, Generator? generator)
    {
        lock (GlobalGenerator)
        {
            using var state = get_rng_state();
            try
            {
                random.manual_seed(generator?.initial_seed() ?? 0);
                return create(classes);
            }
            finally
            {
                set_rng_state(state);
            }
        }
    }
}
