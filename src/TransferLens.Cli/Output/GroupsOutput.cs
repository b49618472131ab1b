using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Vision.Models.Permutations;

namespace TransferLens.Cli.Output;

/// <summary>Groups of permutable channels as JSON and as text.</summary>
internal static class GroupsOutput
{
    /// <summary>The groups as JSON.</summary>
    public static JsonArray Json(ImmutableArray<PermutationGroup> groups) =>
        [
            .. groups.Select(group => new JsonObject
            {
                ["channels"] = group.Channels,
                ["blocks"] = group.Blocks,
                ["weights"] = new JsonArray([
                    .. group.Members.Select(member => new JsonObject
                    {
                        ["name"] = member.Weight,
                        ["axes"] = new JsonArray([.. member.Axes.Select(axis => (JsonNode)axis)]),
                    }),
                ]),
            }),
        ];

    /// <summary>Prints the groups, a paragraph each.</summary>
    public static void Print(ImmutableArray<PermutationGroup> groups)
    {
        Console.WriteLine(
            groups.IsEmpty
                ? "no channels can be permuted"
                : $"{Counted.Text(groups.Length, "group", "groups")} of channels that can be permuted:"
        );
        foreach (var group in groups)
        {
            var blocks = group.Blocks > 1 ? $" in {group.Blocks} blocks" : "";
            Console.WriteLine($"  {group.Channels} channels{blocks}");
            foreach (var member in group.Members)
            {
                Console.WriteLine($"    {member.Weight}, {AxesOf(member)}");
            }
        }
    }

    private static string AxesOf(PermutationGroupMember member) =>
        $"{(member.Axes.Length == 1 ? "axis" : "axes")} {string.Join(" and ", member.Axes)}";
}
