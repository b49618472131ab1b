using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TransferLens.Cli.Tests.Documents;

/// <summary>
/// Every C# block of the documentation compiles against the library: as a program, or with the names of
/// <c>docs/library.md</c>. Blocks in <c>cs</c> are excerpts of <c>tests/TransferLens.Extending.Tests</c>.
/// </summary>
public sealed partial class CsharpBlocksTests
{
    /// <summary>The names that blocks may use without declaring them, as the table in <c>docs/library.md</c> lists them.</summary>
    private const string Names = """
        Network network, Network other, StateDict first, StateDict second, StateDict third, StateDict initial, StateDict final,
        ImageSet images, ImageSet trainingImages, EvaluationSettings settings, TrainingRecipe recipe, string folder,
        CancellationToken cancellationToken
        """;

    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.Collections.Immutable;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using TransferLens.Analyses.Alignment;
        global using TransferLens.Analyses.CheckpointSweep;
        global using TransferLens.Analyses.Common;
        global using TransferLens.Analyses.FeatureReuse;
        global using TransferLens.Analyses.FeatureSimilarity;
        global using TransferLens.Analyses.FineTuningDepth;
        global using TransferLens.Analyses.Interpolation;
        global using TransferLens.Analyses.LearningCurves;
        global using TransferLens.Analyses.Mistakes;
        global using TransferLens.Analyses.ModelSoup;
        global using TransferLens.Analyses.ModuleCriticality;
        global using TransferLens.Analyses.ParameterDistance;
        global using TransferLens.Analyses.PerformanceBarrier;
        global using TransferLens.Analyses.Probe;
        global using TransferLens.Analyses.Statistics;
        global using TransferLens.Analyses.WeightSpectrum;
        global using TransferLens.Analyses.WiseFt;
        global using TransferLens.Studies.Settings;
        global using TransferLens.Vision.Evaluation;
        global using TransferLens.Vision.Images;
        global using TransferLens.Vision.Models;
        global using TransferLens.Vision.Models.Architectures;
        global using TransferLens.Vision.Training;
        global using TransferLens.Vision.Transforms;
        global using TransferLens.Vision.Weights;
        """;

    private static readonly MetadataReference[] Library =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).Contains("Tests", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static TheoryData<CodeBlock> Blocks => Document.In("csharp");

    public static TheoryData<CodeBlock> Excerpts => Document.In("cs");

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

    [Theory]
    [MemberData(nameof(Excerpts))]
    public void Every_excerpt_is_in_the_program_that_extends_the_library(CodeBlock block)
    {
        var sources = Directory
            .GetFiles(Path.Combine(Document.Repository, "tests", "TransferLens.Extending.Tests"), "*.cs")
            .Select(file => WithoutIndentation(File.ReadAllText(file)));

        Assert.True(
            sources.Any(source => source.Contains(WithoutIndentation(block.Code), StringComparison.Ordinal)),
            $"{block} differs from the source that it quotes."
        );
    }

    // Documentation comments are left out of excerpts.
    private static string WithoutIndentation(string code) =>
        string.Join(
            '\n',
            code.Split('\n')
                .Select(line => line.Trim())
                .Where(line => !line.StartsWith("///", StringComparison.Ordinal))
        );

    // The usings of a project with implicit usings, the default.
    private const string Implicit = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    [GeneratedRegex(@"^using [\w.]+;", RegexOptions.Multiline)]
    private static partial Regex Using();
}
