using System.Collections.Immutable;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Weights;

/// <summary>
/// The networks that have the same tensors as the one that was taken and compute something else, and why it was taken.
/// </summary>
internal sealed class NetworkDoubt
{
    private readonly NetworkEvidence evidence;
    private readonly NetworkReading taken;
    private readonly ImmutableArray<NetworkReading> others;
    private readonly bool isNamed;

    private NetworkDoubt(NetworkEvidence evidence, NetworkReading taken, IReadOnlyList<NetworkReading> fits)
    {
        (this.evidence, this.taken) = (evidence, taken);
        others =
        [
            .. fits.Where(fit => IsAlike(fit, taken) && fit.Outline.Network.Hidden != taken.Outline.Network.Hidden)
                .DistinctBy(fit => fit.Outline.Network.Hidden),
        ];
        isNamed = fits.Any(fit => fit.Outline.Network.Name == evidence.Name);
    }

    /// <summary>The network that was taken.</summary>
    public NetworkReading Taken => taken;

    /// <summary>Names of the others, one of each kind.</summary>
    public ImmutableArray<string> AlsoFits => [.. others.Select(fit => fit.Outline.Network.Name)];

    /// <summary>Chooses among the networks that fit a file by what is known besides its tensors.</summary>
    /// <param name="file">The file.</param>
    /// <param name="fits">The fits, best first, at least one.</param>
    /// <exception cref="InputException">What is stated contradicts every network with these tensors.</exception>
    public static NetworkDoubt Choose(TensorFile file, IReadOnlyList<NetworkReading> fits)
    {
        var evidence = NetworkEvidence.Find(file, fits[0]);
        List<NetworkReading> alike = [.. fits.Where(fit => IsAlike(fit, fits[0]))];
        return evidence.Choose(alike) is { } taken
            ? new(evidence, taken, fits)
            : throw Refusal(file, evidence, fits[0]);
    }

    /// <summary>Compares a network that was named with what is known besides the tensors.</summary>
    /// <param name="file">The file.</param>
    /// <param name="named">The network.</param>
    /// <param name="all">The fits of all networks; asked for only if there is a contradiction.</param>
    /// <exception cref="InputException">As above.</exception>
    public static NetworkDoubt Check(TensorFile file, NetworkReading named, Func<IEnumerable<NetworkReading>> all)
    {
        var evidence = NetworkEvidence.Find(file, named);
        if (!evidence.Stated.Or(evidence.Assumed).Contradicts(named.Outline.Network.Hidden))
        {
            return new(evidence with { Name = null }, named, []);
        }

        List<NetworkReading> better =
        [
            .. all()
                .Where(fit => IsAlike(fit, named) && !evidence.Contradicts(fit))
                .Where(fit => evidence.Reason(fit, named) is not null),
        ];
        return better.Count > 0 || !evidence.Contradicts(named)
            ? new(evidence, named, better)
            : throw Refusal(file, evidence, named);
    }

    /// <summary>The doubt as a clause; null for none.</summary>
    public string? Text()
    {
        List<string?> clauses = [.. others.Select(Clause), LayoutClause(), NameClause()];
        return clauses.OfType<string>().ToList() is { Count: > 0 } said ? string.Join("; ", said) : null;
    }

    private static bool IsAlike(NetworkReading fit, NetworkReading other) => ReferenceEquals(fit.Names, other.Names);

    private string Clause(NetworkReading other)
    {
        var (mine, its) = (taken.Outline.Network, other.Outline.Network);
        var traits = mine.Hidden.DifferenceFrom(its.Hidden).Text;
        var rest = $"{its.Name} has the same tensors and {its.Hidden.DifferenceFrom(mine.Hidden).Text}";
        return evidence.Reason(taken, other) is { } reason ? $"taken for {mine.Name} ({traits}), {reason}; {rest}"
            : evidence.Reason(other, taken) is { } against ? $"read as {mine.Name} ({traits}), but {rest}, {against}"
            : $"taken for {mine.Name} ({traits}), which the tensors do not tell; {rest}";
    }

    private string? LayoutClause() =>
        taken.Names.Layout?.Doubt is { } doubt
        && !(doubt.IsSettledByName && evidence.IsExact)
        && (doubt.WithTensor is null || taken.Outline.Names.Contains(doubt.WithTensor))
            ? doubt.Text
            : null;

    // timm's name of a network that this one may not be, though it has its tensors.
    private string? NameClause() =>
        taken.Names.Layout is null && evidence is { Name: { } name, IsExact: true, StatedBy: var source } && !isNamed
            ? $"taken for {taken.Outline.Network.Name}, but {source} names the network "
                + $"'{WeightsFile.Printable(name)}', which may compute something else with the same tensors"
            : null;

    private static InputException Refusal(TensorFile file, NetworkEvidence evidence, NetworkReading fit)
    {
        var network = fit.Outline.Network;
        var (stated, has) = (
            evidence.Stated.DifferenceFrom(network.Hidden).Text,
            network.Hidden.DifferenceFrom(evidence.Stated).Text
        );
        return new(
            $"The weights in '{file.Path}' have the tensors of {network.Name}, but not its {has}: "
                + $"{evidence.StatedBy} states {WeightsFile.Printable(stated)}, which no network here has. "
                + $"They would give wrong outputs; use other weights, or correct {evidence.StatedBy} if it is wrong."
        );
    }
}
