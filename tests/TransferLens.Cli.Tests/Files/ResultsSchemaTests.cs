using System.Text;
using System.Text.Json.Nodes;
using TransferLens.Runs;
using TransferLens.Studies.Plans;

namespace TransferLens.Cli.Tests.Files;

public sealed class ResultsSchemaTests(EveryAnalysis every, FinishedStudy finished)
{
    private const string Schema = "results.schema.json";

    [Fact]
    public void The_results_of_every_analysis_are_as_the_schema_says()
    {
        var results = Encoding.UTF8.GetString(every.Study.Results());
        Assert.Equal(
            Catalog.Default.Analyses.Select(analysis => analysis.Name),
            JsonNode.Parse(results)!["analyses"]!.AsObject().Select(analysis => analysis.Key)
        );
        Valid(results);
        Valid(Encoding.UTF8.GetString(finished.Study.Results()));
    }

    [Theory]
    [InlineData("version", "3")]
    [InlineData("time", "\"noon\"")]
    [InlineData("network", null)]
    public void The_schema_is_strict(string key, string? value)
    {
        var results = JsonNode.Parse(finished.Study.Results())!.AsObject();
        results.Remove(key);
        if (value is not null)
        {
            results[key] = JsonNode.Parse(value);
        }

        Assert.NotEmpty(Assert.Single(Reader.Validate(Schema, [results.ToJsonString()])));
    }

    [Fact]
    public void A_key_that_the_schema_lacks_is_told_with_its_place()
    {
        var results = JsonNode.Parse(finished.Study.Results())!;
        results["analyses"]!["learning_curves"]![0]!["angle"] = 1;
        var error = Assert.Single(Assert.Single(Reader.Validate(Schema, [results.ToJsonString()])));
        Assert.Equal(
            "/analyses/learning_curves/0 holds the key 'angle', which schemas/results.schema.json does not describe: add it to #/definitions/learning_curves/items/properties",
            error.In(Schema)
        );
    }

    private static void Valid(string results)
    {
        var wrong = Assert.Single(Reader.Validate(Schema, [results]));
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Select(error => error.In(Schema)).Distinct()));
    }
}
