using System.Text.RegularExpressions;

namespace TransferLens.Cli.Tests.Documents;

/// <summary>A page of the documentation, and the code blocks in it.</summary>
internal sealed partial class Document
{
    private Document(string name, string path) =>
        (Name, Blocks) = (
            name,
            [
                .. Fence()
                    .Matches(File.ReadAllText(path).ReplaceLineEndings("\n"))
                    .Select(
                        (match, i) =>
                            new CodeBlock(name, i + 1, match.Groups["language"].Value, match.Groups["code"].Value)
                    ),
            ]
        );

    /// <summary>Its path below the repository, for example <c>docs/tutorial.md</c>.</summary>
    public string Name { get; }

    /// <summary>Its code blocks, in order.</summary>
    public IReadOnlyList<CodeBlock> Blocks { get; }

    /// <summary>The repository.</summary>
    public static string Repository { get; } = Root();

    /// <summary>Every page: those at the top, and all of <c>docs/</c>.</summary>
    public static IReadOnlyList<Document> All { get; } =
    [
        .. Directory
            .GetFiles(Repository, "*.md")
            .Concat(Directory.GetFiles(Path.Combine(Repository, "docs"), "*.md", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal)
            .Select(path => new Document(Path.GetRelativePath(Repository, path), path)),
    ];

    /// <summary>The blocks of all pages in one language.</summary>
    public static TheoryData<CodeBlock> In(string language) =>
        [.. All.SelectMany(page => page.Blocks).Where(block => block.Language == language)];

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "TransferLens.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not lie in the repository.");
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"^```(?<language>\w*)[^\n]*\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}

/// <summary>A code block of a page.</summary>
/// <param name="Page">The page.</param>
/// <param name="Number">Which block of the page, from 1.</param>
/// <param name="Language">What stands behind the fence.</param>
/// <param name="Code">The code.</param>
public sealed record CodeBlock(string Page, int Number, string Language, string Code)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Page}, block {Number}";
}
