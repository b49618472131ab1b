using System.Collections.Immutable;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Settings;

/// <summary>
/// What a study needs to know of a network before it is created: its name, its modules and its image sizes.
/// </summary>
public abstract class NetworkDeclaration
{
    // More names than this do not help the reader of an error.
    private const int LongestList = 15;

    /// <summary>Declares a network.</summary>
    /// <param name="name">Its name in studies and on the command line, for example <c>cifar_resnet20</c>.</param>
    /// <param name="modules">Distinct names of its modules in order of computation, at least one; the last is the
    /// head.</param>
    /// <exception cref="InputException">There is no module, or two have the same name.</exception>
    protected NetworkDeclaration(string name, IEnumerable<string> modules)
    {
        Name = name;
        Modules = [.. modules];
        if (Modules.IsEmpty)
        {
            throw new InputException($"The network {name} declares no modules; declare at least a head.");
        }

        if (Modules.Distinct().Count() < Modules.Length)
        {
            throw new InputException($"The network {name} declares two modules of the same name; rename one.");
        }
    }

    /// <summary>The network's name.</summary>
    public string Name { get; }

    /// <summary>
    /// What messages and reports call it: its name, or the name of the file that defines it.
    /// </summary>
    public string Title
    {
        get => field ?? Name;
        init;
    }

    /// <summary>Names of the modules in order of computation, the head last.</summary>
    public ImmutableArray<string> Modules { get; }

    /// <summary>
    /// Name of the last module, a linear layer with one output per class. Its tensors are <c>NAME.weight</c> and
    /// <c>NAME.bias</c>.
    /// </summary>
    public string Head => Modules[^1];

    /// <summary>
    /// First module of the last stage. By default, the first module in the same stage (<see cref="Freeze.Stage"/>) as
    /// the module before the head.
    /// </summary>
    public string LastStage
    {
        get => field ?? DefaultLastStage();
        init;
    }

    /// <summary>Side of the smallest images that the network accepts, in pixels.</summary>
    public int SmallestSize { get; init; } = 32;

    /// <summary>Side of the largest images that the network accepts, in pixels.</summary>
    public int LargestSize { get; init; } = 2048;

    /// <summary>What the side of the images must be a multiple of, in pixels: the side of a patch, or 1.</summary>
    public int SizeMultiple { get; init; } = 1;

    /// <summary>Side of the images that the network is made for, in pixels; null for no such size.</summary>
    public int? UsualSize { get; init; }

    /// <summary>Checks that the network accepts images of a size.</summary>
    /// <param name="size">Side of the images, in pixels.</param>
    /// <exception cref="InputException">It does not; the message gives the sizes that it accepts.</exception>
    public virtual void CheckSize(int size)
    {
        if (SmallestSize == LargestSize && size != LargestSize)
        {
            throw new InputException(
                $"{Title} cannot take images of size {size}: " + $"it takes images of size {LargestSize} only."
            );
        }

        if (size > LargestSize)
        {
            throw new InputException($"{Title} cannot take images of size {size}: the largest size is {LargestSize}.");
        }

        if (size < SmallestSize)
        {
            throw new InputException(
                $"{Title} cannot take images of size {size}: the smallest size is {SmallestSize}."
            );
        }

        if (size % SizeMultiple != 0)
        {
            var (below, above) = (size / SizeMultiple * SizeMultiple, (size / SizeMultiple + 1) * SizeMultiple);
            var nearest = above > LargestSize ? $"{below}" : $"{below} or {above}";
            throw new InputException(
                $"{Title} cannot take images of size {size}: "
                    + $"the size must be a multiple of {SizeMultiple}, for example {nearest}."
            );
        }
    }

    /// <summary>The same network with adjacent modules grouped.</summary>
    /// <param name="groups">The groups.</param>
    /// <exception cref="InputException">They do not fit its modules, or the network cannot be grouped.</exception>
    public virtual NetworkDeclaration Group(ModuleGroups groups) =>
        throw new InputException($"The modules of {Title} cannot be grouped.");

    /// <summary>Finds a network by name.</summary>
    /// <param name="networks">The networks to look in.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="InputException">No network has that name; the message suggests the nearest one.</exception>
    public static T Find<T>(IReadOnlyCollection<T> networks, string name)
        where T : NetworkDeclaration
    {
        ArgumentNullException.ThrowIfNull(networks);
        if (networks.FirstOrDefault(network => network.Name == name) is { } found)
        {
            return found;
        }

        var names = networks.Select(network => network.Name).ToList();
        throw new InputException($"The network '{Sentence.Short(name)}' is not known; {Instead(name, names)}");
    }

    /// <summary>What to write instead of an unknown name; long lists are in the documentation.</summary>
    internal static string Instead(string name, IReadOnlyCollection<string> names) =>
        names.Count > LongestList && Sentence.Nearest(name, names) is null
            ? $"docs/networks.md lists all {names.Count}."
            : Sentence.Instead(name, names);

    private string DefaultLastStage()
    {
        var stage = Freeze.Stage(Modules[Math.Max(0, Modules.Length - 2)]);
        return Modules.First(module => Freeze.Stage(module) == stage);
    }
}
