using System.Text.RegularExpressions;

namespace TransferLens.Cli.Tests.Documents;

/// <summary>Every study, or part of one, in the documentation is one that can be planned.</summary>
public sealed partial class YamlBlocksTests(FinishedStudy finished)
{
    /// <summary>What a part of a study stands in.</summary>
    private const string Around = """
        study: documented
        network: cifar_resnet20
        images: {size: 32}
        pretrained: {weights: weights.pth}
        targets: {mine: {format: image_folder, train: images/train, test: images/test}}
        training: {epochs: 10, batch_size: 8, keep: [1, 2]}
        runs:
          P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2, 3]}
          RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2, 3]}
        analyses: {learning_curves: }
        """;

    public static TheoryData<CodeBlock> Blocks => Document.In("yaml");

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Every_study_in_the_documentation_can_be_planned(CodeBlock block)
    {
        using var folder = new ReadersFolder(finished);
        var parts = Parts(Around)
            .Where(part => !Parts(block.Code).Any(own => own.Key == part.Key))
            .Concat(Parts(block.Code))
            .Select(part => part.Text);
        var study = string.Join('\n', parts) + "\n";
        folder.ProvideStudy(study);
        File.WriteAllText(folder["documented.yaml"], study);
        Command.Run(folder.Path, "plan", "documented.yaml").Ended(0);
    }

    // The keys at the top with all that belongs to them.
    private static IEnumerable<(string Key, string Text)> Parts(string yaml) =>
        Top().Matches(yaml).Select(match => (match.Groups["key"].Value, match.Value));

    [GeneratedRegex(@"^(?<key>\w+):.*(\n([ #].*|$))*", RegexOptions.Multiline)]
    private static partial Regex Top();
}
