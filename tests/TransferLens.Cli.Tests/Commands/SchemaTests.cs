using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Commands;

public sealed class SchemaTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void An_example_names_the_schema_that_lies_beside_it()
    {
        var said = Command.Run(folder.Path, "init", "my.yaml").Ended(0);
        Assert.StartsWith("# yaml-language-server: $schema=study.schema.json\n", File.ReadAllText(folder["my.yaml"]));
        Assert.Equal(
            File.ReadAllText(Checkout.PathOf("schemas", "study.schema.json")),
            File.ReadAllText(folder["study.schema.json"])
        );
        Assert.Contains("study.schema.json", said.Output);

        // An older version of it is replaced; a second example shares it.
        File.WriteAllText(folder["study.schema.json"], """{"$id": "urn:transferlens:study"}""");
        Command.Run(folder.Path, "init", "other.yaml").Ended(0);
        Assert.Equal(
            File.ReadAllText(Checkout.PathOf("schemas", "study.schema.json")),
            File.ReadAllText(folder["study.schema.json"])
        );
    }

    [Theory]
    [InlineData("the user's own")]
    [InlineData("[]")]
    [InlineData("""{"$id": "urn:another"}""")]
    public void Another_file_of_the_schemas_name_stays(string text)
    {
        File.WriteAllText(folder["study.schema.json"], text);
        Assert.Contains("is something else", Command.Run(folder.Path, "init").Refused());
        Assert.Equal(text, File.ReadAllText(folder["study.schema.json"]));
        Assert.False(File.Exists(folder["study.yaml"]));
    }

    [Theory]
    [InlineData("study")]
    [InlineData("results")]
    public void A_schema_is_printed(string of) =>
        Assert.Equal(
            File.ReadAllText(Checkout.PathOf("schemas", $"{of}.schema.json")),
            Command.Run(folder.Path, "schema", of).Ended(0).Output
        );

    [Fact]
    public void A_schema_that_is_not_there_is_refused() =>
        Assert.Equal(
            "There is no schema of 'zzz'. Write study or results.",
            Command.Run(folder.Path, "schema", "zzz").Refused()
        );
}
