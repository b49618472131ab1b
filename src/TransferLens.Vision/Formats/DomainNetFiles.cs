using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Vision.Formats;

/// <summary>Finds the list of images of a source in the format <c>domainnet</c>.</summary>
internal static class DomainNetFiles
{
    /// <summary>
    /// The location itself where it is a file; else <c>DOMAIN_train.txt</c> or <c>DOMAIN_test.txt</c> in the folder.
    /// The domain is the option <c>domain</c>, or the only one in the folder.
    /// </summary>
    /// <exception cref="InputException">There is no list, or the domain is ambiguous.</exception>
    public static string FindList(DataSource source)
    {
        var (location, domain) = (source.Location, source.Value(DomainNetFormat.Domain));
        if (File.Exists(location))
        {
            return domain is null
                ? location
                : throw new InputException(
                    $"'{location}' is a list of images, so the option 'domain' has no effect; "
                        + "remove the option, or give the folder of the lists."
                );
        }

        if (!Directory.Exists(location))
        {
            throw new InputException(
                $"The DomainNet list or folder '{location}' does not exist; {DomainNetFormat.Instructions}."
            );
        }

        var ending = source.IsTraining() ? "_train.txt" : "_test.txt";
        return Path.Combine(location, FindDomain(location, domain, ending) + ending);
    }

    private static string FindDomain(string folder, string? domain, string ending)
    {
        var domains = Directory
            .GetFiles(folder, $"*{ending}")
            .Where(file => !SystemFiles.IsHidden(file))
            .Select(file => Path.GetFileName(file)[..^ending.Length])
            .Order(StringComparer.Ordinal)
            .ToList();
        if (domains.Count == 0 || (domain is not null && !domains.Contains(domain)))
        {
            var nearest = domain is null ? null : Sentence.Nearest(domain, domains);
            var advice = nearest is null ? $"{DomainNetFormat.Instructions}." : $"did you mean the domain '{nearest}'?";
            throw new InputException(
                $"The DomainNet folder '{folder}' has no file '{domain ?? "DOMAIN"}{ending}'; {advice}"
            );
        }

        if (domain is null && domains.Count > 1)
        {
            var example = Path.Combine(folder, domains[0] + ending);
            throw new InputException(
                $"The DomainNet folder '{folder}' contains the domains {string.Join(", ", domains)}; "
                    + $"choose one with the option domain, or give its list, for example '{example}'."
            );
        }

        return domain ?? domains[0];
    }
}
