using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests;

/// <summary>The arrows between projects and folders, as ARCHITECTURE.md draws them.</summary>
public sealed partial class ArchitectureTests
{
    // Rooms of Analyses that others may use.
    private static readonly string[] SharedRooms =
    [
        "TransferLens.Analyses.Alignment",
        "TransferLens.Analyses.Common",
        "TransferLens.Analyses.Interpolation",
        "TransferLens.Analyses.Statistics",
    ];

    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Studies"] = [],
        ["Execution"] = ["Studies"],
        ["Vision"] = ["Studies"],
        ["Analyses"] = ["Studies", "Vision"],
        ["Report"] = ["Studies"],
        ["Live"] = ["Execution", "Report"],
        ["Runs"] = ["Analyses", "Execution", "Report"],
        ["Cli"] = ["Live", "Runs"],
    };

    private sealed record Source(string Namespace, string Text, string[] Usings);

    private static readonly Lazy<List<Source>> Sources = new(ReadSources);

    [Fact]
    public void Projects_reference_only_those_that_the_design_allows()
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
    [InlineData("TransferLens.Execution")]
    [InlineData("TransferLens.Report")]
    [InlineData("TransferLens.Live")]
    public void Studies_execution_and_reports_reference_no_tensor_library(string assembly)
    {
        var known = Assembly.Load(assembly).GetReferencedAssemblies().Select(name => name.Name!).ToList();
        Assert.DoesNotContain(known, name => name.Contains("Torch", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("TransferLens.Vision", known);
        Assert.DoesNotContain("TransferLens.Analyses", known);
    }

    [Fact]
    public void A_namespace_is_its_assembly_and_folder()
    {
        var root = Checkout.PathOf("src");
        Assert.All(Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories).Where(IsSource), file =>
        {
            var folder = Path.GetRelativePath(root, Path.GetDirectoryName(file)!)
                .Replace(Path.DirectorySeparatorChar, '.');
            var declared = NamespaceLine().Match(File.ReadAllText(file));
            Assert.True(!declared.Success || declared.Groups[1].Value == folder, file);
        });
    }

    [Fact]
    public void No_folder_uses_one_that_uses_it()
    {
        var arrows = FolderArrows();
        var circles =
            from one in arrows.Keys
            from other in arrows[one]
            where Reaches(arrows, other, one)
            select $"{one} -> {other}";
        Assert.Empty(circles);
    }

    [Fact]
    public void A_room_of_Analyses_uses_no_other_room()
    {
        const string Rooms = "TransferLens.Analyses.";
        var crossing =
            from source in Sources.Value
            where source.Namespace.StartsWith(Rooms, StringComparison.Ordinal)
            from used in source.Usings
            where used.StartsWith(Rooms, StringComparison.Ordinal)
            where used != source.Namespace && !SharedRooms.Contains(used)
            select $"{source.Namespace} -> {used}";
        Assert.Empty(crossing);
    }

    // An unused using is an error here, so usings are arrows. Parent namespaces need no using: their types are looked for.
    private static Dictionary<string, HashSet<string>> FolderArrows()
    {
        var folders = Sources.Value.Select(source => source.Namespace).ToHashSet(StringComparer.Ordinal);
        var types = Sources.Value.ToLookup(
            source => source.Namespace,
            source => TypeDeclaration().Matches(source.Text).Select(match => match.Groups[1].Value)
        );
        return Sources
            .Value.GroupBy(source => source.Namespace)
            .ToDictionary(
                folder => folder.Key,
                folder =>
                    folder
                        .SelectMany(source =>
                            source
                                .Usings.Where(folders.Contains)
                                .Concat(Parents(source.Namespace).Where(parent => Uses(source, types[parent])))
                        )
                        .Where(used => used != folder.Key)
                        .ToHashSet(StringComparer.Ordinal)
            );

        static bool Uses(Source source, IEnumerable<IEnumerable<string>> declared) =>
            declared.SelectMany(names => names).Any(name => Regex.IsMatch(source.Text, $@"(?<![.\w]){name}\b"));
    }

    private static IEnumerable<string> Parents(string name)
    {
        for (var dot = name.LastIndexOf('.'); dot > 0; dot = name.LastIndexOf('.', dot - 1))
        {
            yield return name[..dot];
        }
    }

    private static bool Reaches(Dictionary<string, HashSet<string>> arrows, string from, string to)
    {
        var (seen, next) = (new HashSet<string>(StringComparer.Ordinal), new Queue<string>([from]));
        while (next.TryDequeue(out var folder))
        {
            if (folder == to)
            {
                return true;
            }

            foreach (var used in seen.Add(folder) ? arrows[folder] : [])
            {
                next.Enqueue(used);
            }
        }

        return false;
    }

    private static List<Source> ReadSources() =>
        [
            .. from file in Directory.GetFiles(Checkout.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            where IsSource(file)
            let text = File.ReadAllText(file)
            let declared = NamespaceLine().Match(text)
            where declared.Success
            select new Source(
                declared.Groups[1].Value,
                Comment().Replace(text, ""),
                [.. UsingLine().Matches(text).Select(match => match.Groups[1].Value)]
            ),
        ];

    private static bool IsSource(string file) =>
        !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin");

    [GeneratedRegex(@"(?m)^namespace ([\w.]+);")]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"(?m)^using (TransferLens[\w.]*);")]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"(?m)^\s*//.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?m)^(?:public|internal) (?:[a-z]+ )*(?:record struct|record|class|struct|interface|enum) (\w+)")]
    private static partial Regex TypeDeclaration();
}
