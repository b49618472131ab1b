using System.Text.RegularExpressions;

namespace TransferLens.Cli.Tests.Documents;

/// <summary>What the documentation tells a reader to type does what it says: every <c>transferlens</c> line of it runs, in order.</summary>
public sealed partial class ShellBlocksTests(FinishedStudy finished)
{
    // Lines that the tests of the command, the browser tests and CI run; here they would run for minutes, for ever, or install.
    private static readonly string[] RunElsewhere =
    [
        "transferlens demo",
        "transferlens serve",
        "transferlens run study.yaml --executor slurm",
        "dotnet run -c Release --project src/TransferLens.Cli -- demo",
        "dotnet test",
        "dotnet build",
        "dotnet pack",
        "dotnet publish",
        "dotnet tool install",
        "dotnet format",
        "TRANSFERLENS_ONNX_NETWORKS=",
        "dotnet add package",
        "bash .ci/run",
        "alias transferlens=",
        "cd ",
        "git clone ",
        "ssh ",
    ];

    public static TheoryData<string> Pages =>
        [.. Document.All.Where(page => page.Blocks.Any(block => block.Language == "sh")).Select(page => page.Name)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_line_of_a_shell_block_runs(string name)
    {
        using var folder = new ReadersFolder(finished);
        foreach (var block in Document.All.Single(page => page.Name == name).Blocks)
        {
            if (block.Language == "yaml" && block.Code.StartsWith("study:", StringComparison.Ordinal))
            {
                File.WriteAllText(folder["study.yaml"], block.Code); // what the page has its reader write
            }

            foreach (
                var line in block.Language == "sh"
                    ? Lines(block.Code).Where(line => !RunElsewhere.Any(line.StartsWith))
                    : []
            )
            {
                Run(folder, block, line);
            }
        }
    }

    private static void Run(ReadersFolder folder, CodeBlock block, string line)
    {
        var words = Word().Matches(line).Select(word => word.Value.Trim('"')).ToList();
        Assert.True(words[0] == "transferlens", $"{block}: nobody runs the line '{line}'");
        folder.Provide(Existing(words));
        foreach (
            var study in words
                .Skip(2)
                .Take(1)
                .Where(word => words[1] is "plan" or "run" && word.EndsWith(".yaml", StringComparison.Ordinal))
        )
        {
            folder.ProvideStudy(File.ReadAllText(folder[study]));
        }

        Command.Run(folder.Path, words.Skip(1)).Ended(0);
    }

    private static IEnumerable<string> Lines(string code) =>
        Continued()
            .Replace(code, " ")
            .Split('\n')
            .Select(line => Comment().Replace(line, "").Trim())
            .Where(line => line.Length > 0);

    // What must be there before: every path, but for what the command itself writes.
    private static IEnumerable<string> Existing(List<string> words)
    {
        HashSet<string> written = words[1] switch
        {
            "init" => [words[2]],
            "convert" => [words[3]],
            _ =>
            [
                .. words
                    .Zip(words.Skip(1))
                    .Where(pair => pair.First is "--out" or "--output" or "--store" or "--save" or "--save-aligned")
                    .Select(pair => pair.Second),
            ],
        };
        return words.Skip(2).Where(word => PathLike().IsMatch(word) && !written.Contains(word));
    }

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continued();

    [GeneratedRegex(@"(^|\s)#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"""[^""]*""|\S+")]
    private static partial Regex Word();

    [GeneratedRegex(@"^[\w./-]+(/[\w.-]+|\.(pth|th|pt|safetensors|onnx|yaml))$")]
    private static partial Regex PathLike();
}
