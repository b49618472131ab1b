using System.Text.Json.Nodes;

namespace TransferLens.Cli.Tests.Documents;

public sealed class JsonBlocksTests
{
    public static TheoryData<CodeBlock> Blocks => Document.In("json");

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Every_json_block_is_json(CodeBlock block) => Assert.NotNull(JsonNode.Parse(block.Code));

    [Fact]
    public void Every_block_says_in_which_language_it_is_and_is_run_read_or_compiled_by_a_test() =>
        Assert.All(Document.All.SelectMany(page => page.Blocks), block =>
            Assert.Contains(block.Language, (string[])["sh", "yaml", "json", "csharp", "cs", "python", "javascript", "text"])
        );
}
