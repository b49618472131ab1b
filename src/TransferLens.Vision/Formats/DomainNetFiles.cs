using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Vision.Formats;

/// <summary>Finds the list of images that a source of the format <c>domainnet</c> means.</summary>
internal static class DomainNetFiles
{
    /// <summary>
    /// The list itself where the location is one; else <c>DOMAIN_train.txt</c> or <c>DOMAIN_test.txt</c> of the folder, the
    /// domain being the option <c>domain</c>, or the only one there.
    /// </summary>
    /// <exception cref="InputException">There is none, or nothing says which domain; the message says what to put where.</exception>
    public static string List(DataSource source)
    {
        var (place, domain) = (source.Location, source.Options.GetValueOrDefault("domain"));
        if (File.Exists(place))
        {
            return domain is null
                ? place
                : throw new InputException(
                    $"'{place}' is a list of images by itself, so that the option 'domain' says nothing; leave it out, or give the folder of the lists."
                );
        }

        if (!Directory.Exists(place))
        {
            throw new InputException(
                $"The DomainNet list or folder '{place}' does not exist; {DataFormats.Layout("domainnet")}."
            );
        }

        var ending = source.IsTraining() ? "_train.txt" : "_test.txt";
        var domains = Directory
            .GetFiles(place, $"*{ending}")
            .Select(file => Path.GetFileName(file)[..^ending.Length])
            .Order(StringComparer.Ordinal)
            .ToList();
        if (domains.Count == 0 || (domain is not null && !domains.Contains(domain)))
        {
            var near =
                domain is not null && Sentence.Nearest(domain, domains) is { } nearest
                    ? $"did you mean the domain '{nearest}'?"
                    : $"{DataFormats.Layout("domainnet")}.";
            throw new InputException(
                $"The DomainNet folder '{place}' has no file '{domain ?? "DOMAIN"}{ending}'; {near}"
            );
        }

        return domain is not null || domains.Count == 1
            ? Path.Combine(place, (domain ?? domains[0]) + ending)
            : throw new InputException(
                $"The DomainNet folder '{place}' holds the domains {string.Join(", ", domains)}; name one by the option domain, or by its list, for example '{Path.Combine(place, domains[0] + ending)}'."
            );
    }
}
