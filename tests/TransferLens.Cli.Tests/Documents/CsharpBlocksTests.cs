using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TransferLens.Cli.Tests.Documents;

/// <summary>Every C# block of the documentation compiles against the library: as a program, or among the names of <c>docs/library.md</c>.</summary>
public sealed partial class CsharpBlocksTests
{
    /// <summary>The names that blocks may use without making them, as the table in <c>docs/library.md</c> has them.</summary>
    private const string Names = """
        Network network, Network other, StateDict first, StateDict second, StateDict third, StateDict initial, StateDict final,
        ImageSet images, ImageSet trainingImages, EvaluationSettings settings, TrainingRecipe recipe, string folder, CancellationToken cancellationToken
        """;

    private const string Usings = """
        global using System; global using System.Collections.Generic; global using System.Collections.Immutable; global using System.IO; global using System.Linq; global using System.Threading;
        global using TransferLens.Analyses; global using TransferLens.Data; global using TransferLens.Models; global using TransferLens.Studies; global using TransferLens.Training; global using TransferLens.Weights;
        """;

    private static readonly MetadataReference[] Library =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).Contains("Tests", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static TheoryData<CodeBlock> Blocks => Document.In("csharp");

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Every_csharp_block_compiles(CodeBlock block)
    {
        var program = Using().IsMatch(block.Code);
        var code = program ? block.Code : $"static class Block {{ static void Run({Names}) {{\n{block.Code}\n}} }}";
        var cancellationToken = TestContext.Current.CancellationToken;
        var compilation = CSharpCompilation.Create(
            "Documented",
            [Parse(code), Parse(program ? Implicit : Usings)],
            Library,
            new(
                program ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable
            )
        );
        var problems = compilation
            .GetDiagnostics(cancellationToken)
            .Where(problem => problem.Severity == DiagnosticSeverity.Error)
            .Select(problem => problem.ToString())
            .ToList();
        Assert.True(problems.Count == 0, $"{block} does not compile: {string.Join("; ", problems)}");

        SyntaxTree Parse(string text) => CSharpSyntaxTree.ParseText(text, cancellationToken: cancellationToken);
    }

    // What a project with implicit usings, the default, brings by itself.
    private const string Implicit =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading;";

    [GeneratedRegex(@"^using [\w.]+;", RegexOptions.Multiline)]
    private static partial Regex Using();
}
