using System.Reflection;
using System.Xml.Linq;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests;

/// <summary>The arrows between the projects, as ARCHITECTURE.md draws them.</summary>
public class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Studies"] = [],
        ["Vision"] = ["Studies"],
        ["Analyses"] = ["Studies", "Vision"],
        ["Report"] = ["Studies"],
        ["Cli"] = ["Analyses", "Report", "Studies", "Vision"],
    };

    [Fact]
    public void Projects_know_only_those_that_the_house_lets_them_know()
    {
        var sources = Checkout.PathOf("src");
        var found = Directory
            .GetDirectories(sources)
            .Select(Path.GetFileName)
            .ToDictionary(
                name => name!["TransferLens.".Length..],
                name =>
                    XDocument
                        .Load(Path.Combine(sources, name!, $"{name}.csproj"))
                        .Descendants("ProjectReference")
                        .Select(reference =>
                            Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)[
                                "TransferLens.".Length..
                            ]
                        )
                        .Order(StringComparer.Ordinal)
            );
        Assert.Equal(Arrows.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        Assert.All(found, project => Assert.Equal(Arrows[project.Key], project.Value));
    }

    [Theory]
    [InlineData("TransferLens.Studies")]
    [InlineData("TransferLens.Report")]
    public void Studies_and_reports_know_no_tensor(string assembly)
    {
        var known = Assembly.Load(assembly).GetReferencedAssemblies().Select(name => name.Name!).ToList();
        Assert.DoesNotContain(known, name => name.Contains("Torch", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("TransferLens.Vision", known);
        Assert.DoesNotContain("TransferLens.Analyses", known);
    }
}
