using System.Text.Json.Nodes;
using TransferLens.Runs;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Files;

/// <summary>The JSON Schema that a setting gives and the reader that it gives accept the same values.</summary>
public sealed class SettingSchemaTests : IDisposable
{
    private readonly StudyFolder folder = new() { Catalog = Catalog.Default };

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_setting_of_every_type_accepts_the_same_values_by_schema_and_reader() =>
        Agree([new EmptyAnalysis<EveryType>("every_type")]);

    [Fact]
    public void Every_setting_that_ships_accepts_the_same_values_by_schema_and_reader() =>
        Agree([.. Catalog.Default.Analyses]);

    private void Agree(IAnalysis[] analyses)
    {
        File.WriteAllText(folder["schema.json"], Schema(analyses).ToJsonString());
        var cases = (
            from analysis in analyses
            from setting in analysis.Settings
            from value in StudySchemaAgreementTests.Values.Concat(setting.Words.Select(word => $"\"{word}\""))
            where !Differs(setting, value)
            select $"{{\"{analysis.Name}\": {{\"{setting.Name}\": {value}}}}}"
        ).ToList();
        var judged = Reader.Validate(folder["schema.json"], cases);
        var wrong = cases
            .Zip(judged, (text, errors) => (Text: text, Refused: Refused(text, analyses), errors.Count))
            .Where(one => (one.Refused is null) != (one.Count == 0))
            .Select(one => $"{one.Text}: the schema has {one.Count} errors, the reader: {one.Refused ?? "accepts it"}")
            .ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        var accepted = judged.Count(errors => errors.Count == 0);
        Assert.InRange(accepted, cases.Count / 20, cases.Count - (cases.Count / 20));
    }

    // Where the two may differ: the reader takes true and false for text, which is a mistake more often than not; JSON has no
    // whole numbers of its own; and what does not fit the other settings only an analysis can say.
    private static bool Differs(Setting setting, string value) =>
        (setting.Type == typeof(string) && setting.Words.IsEmpty && value is "true" or "false")
        || (setting.Type == typeof(int) && value == "1e9")
        || setting.Name is "block_sizes" or "checkpoints" or "rungs"
        || (setting.Name is "plane" or "basin_draws" or "sigmas");

    private static JsonObject Schema(IEnumerable<IAnalysis> analyses) =>
        Mapping(
            analyses.Select(analysis =>
                KeyValuePair.Create(
                    analysis.Name,
                    (JsonNode?)Mapping(
                        analysis.Settings.Select(setting =>
                            KeyValuePair.Create(setting.Name, (JsonNode?)setting.Schema())
                        )
                    )
                )
            )
        );

    private static JsonObject Mapping(IEnumerable<KeyValuePair<string, JsonNode?>> properties) =>
        new()
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(properties),
            ["additionalProperties"] = false,
        };

    // Why the reader refuses settings; null where it does not.
    private string? Refused(string settings, IAnalysis[] analyses)
    {
        try
        {
            folder.Read(
                StudyFolder.Plain[..StudyFolder.Plain.IndexOf("analyses:", StringComparison.Ordinal)]
                    + $"analyses: {settings}",
                analyses: analyses
            );
            return null;
        }
        catch (InputException failure)
        {
            return failure.Message;
        }
    }
}
