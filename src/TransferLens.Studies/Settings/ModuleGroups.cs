using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Settings;

/// <summary>Adjacent modules of a network that are measured as one.</summary>
/// <param name="Patterns">
/// Names of the groups, each with a regular expression that matches the whole names of its modules.
/// </param>
public sealed record ModuleGroups(ImmutableArray<KeyValuePair<string, string>> Patterns)
{
    private const string Mark = " {";

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The name of a network whose modules are grouped: its own name and the patterns, so that results of other groups
    /// are other results.
    /// </summary>
    /// <param name="network">Name of the network.</param>
    public string NameOf(string network)
    {
        var patterns = new JsonObject(Patterns.Select(group => KeyValuePair.Create(group.Key, (JsonNode?)group.Value)));
        return $"{network} {patterns.ToJsonString()}";
    }

    /// <summary>Takes a name of <see cref="NameOf"/> apart.</summary>
    /// <param name="name">The name.</param>
    /// <returns>Null for the name of a network without groups.</returns>
    internal static (string Network, ModuleGroups Groups)? Split(string name)
    {
        if (name.IndexOf(Mark, StringComparison.Ordinal) is not (> 0 and var mark))
        {
            return null;
        }

        try
        {
            var patterns = JsonNode.Parse(name[(mark + 1)..])!.AsObject();
            return (
                name[..mark],
                new([.. patterns.Select(group => KeyValuePair.Create(group.Key, group.Value!.GetValue<string>()))])
            );
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Groups the modules of a network.</summary>
    /// <param name="modules">Names of the modules in order of computation, the head last.</param>
    /// <param name="network">What messages call the network.</param>
    /// <returns>Name of each group, or of the one module in no group, and the number of its modules, in order.
    /// </returns>
    /// <exception cref="InputException">A pattern matches no module, the head or modules with others between them; or
    /// two patterns match one module, or two groups have one name.</exception>
    public ImmutableArray<(string Name, int Count)> Over(ImmutableArray<string> modules, string network)
    {
        var groups = ImmutableArray.CreateBuilder<(string Name, int Count)>();
        string? last = null;
        foreach (var module in modules)
        {
            var group = GroupOf(module);
            if (group is not null && module == modules[^1])
            {
                throw new InputException(
                    $"'{group}' contains the head {module} of {network}; leave the head a module of its own."
                );
            }

            if (group is not null && group == last)
            {
                groups[^1] = (group, groups[^1].Count + 1);
            }
            else
            {
                groups.Add((group ?? module, 1));
            }

            last = group;
        }

        Check(groups, modules, network);
        return groups.ToImmutable();
    }

    private string? GroupOf(string module) =>
        Patterns.Where(group => IsMatch(group, module)).Select(group => group.Key).ToList() switch
        {
            [] => null,
            [var only] => only,
            [var first, var second, ..] => throw new InputException(
                $"'{first}' and '{second}' both match the module {module}; change one of the patterns."
            ),
        };

    private static bool IsMatch(KeyValuePair<string, string> group, string module)
    {
        try
        {
            return Regex.IsMatch(module, $"^(?:{group.Value})$", RegexOptions.CultureInvariant, MostTime);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new InputException(
                $"The pattern of '{group.Key}' takes too long to match the module {module}; simplify it.",
                e
            );
        }
    }

    private void Check(
        IReadOnlyCollection<(string Name, int Count)> groups,
        ImmutableArray<string> modules,
        string network
    )
    {
        var names = groups.Select(group => group.Name).ToList();
        if (Patterns.FirstOrDefault(group => !names.Contains(group.Key)) is { Key: { } empty })
        {
            var all = Sentence.Short(string.Join(", ", modules), 400);
            throw new InputException($"'{empty}' matches no module of {network}; its modules are {all}.");
        }

        if (names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { Key: var twice })
        {
            throw new InputException(
                Patterns.Any(group => group.Key == twice && modules.Contains(twice))
                    ? $"'{twice}' is also a module of {network} outside of the group; choose another name."
                    : $"'{twice}' contains modules of {network} with others between them; group adjacent modules."
            );
        }
    }
}
