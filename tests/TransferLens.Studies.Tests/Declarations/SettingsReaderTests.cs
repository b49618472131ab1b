using System.Text.Json.Nodes;
using TransferLens.Studies.Declarations;
using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Declarations;

public sealed class SettingsReaderTests : IDisposable
{
    private const string Asked = "performance_barrier";

    private readonly StudyFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_declared_property_is_a_setting_in_snake_case_and_in_order() =>
        Assert.Equal(
            typeof(EveryType).GetProperties().Select(property => Snake(property.Name)),
            SettingsReader<EveryType>.All.Select(setting => setting.Name)
        );

    [Fact]
    public void A_property_without_a_declaration_is_no_setting()
    {
        Assert.Equal(["declared"], SettingsReader<PartlyDeclared>.All.Select(setting => setting.Name));
        Assert.Contains("unknown key 'other'", Error<PartlyDeclared>("{other: 1}"));
    }

    [Fact]
    public void What_is_left_out_has_the_value_of_a_new_record() => AssertSame(Json(new EveryType()), Json(Read("{}")));

    [Fact]
    public void An_analysis_without_a_value_has_all_defaults() => AssertSame(Json(new EveryType()), Json(Read("")));

    [Theory]
    [InlineData("points", "2", "2")]
    [InlineData("points", "9", "9")]
    [InlineData("seed", "-2147483648", "-2147483648")]
    [InlineData("share", "0.25", "0.25")]
    [InlineData("scale", "-1", "-1")]
    [InlineData("flag", "false", "false")]
    [InlineData("text", "a b", "\"a b\"")]
    [InlineData("text", "12", "\"12\"")]
    [InlineData("word", "all", "\"all\"")]
    [InlineData("weather", "sunny", "\"sunny\"")]
    [InlineData("weather", "partly_cloudy", "\"partly_cloudy\"")]
    [InlineData("limit", "0", "0")]
    [InlineData("delta", "-1e9", "-1000000000")]
    [InlineData("maybe", "false", "false")]
    [InlineData("run", "P-T", "\"P-T\"")]
    [InlineData("forecast", "sunny", "\"sunny\"")]
    [InlineData("seeds", "[3, 1, 2]", "[3,1,2]")]
    [InlineData("alphas", "[1, 0.5]", "[1,0.5]")]
    [InlineData("texts", "[b, 1]", "[\"b\",\"1\"]")]
    [InlineData("checkpoint", "[best, last]", "[\"best\",\"last\"]")]
    [InlineData("days", "[partly_cloudy, sunny]", "[\"partly_cloudy\",\"sunny\"]")]
    public void A_value_of_every_type_is_read_written_and_read_back_and_nothing_else_changes(
        string key,
        string yaml,
        string json
    )
    {
        var expected = Json(new EveryType());
        expected[key] = JsonNode.Parse(json);
        var read = Read($"{{{key}: {yaml}}}");
        AssertSame(expected, Json(read));
        AssertSame(expected, Json(SettingsReader<EveryType>.Read(SettingsReader<EveryType>.Write(read))));
    }

    [Fact]
    public void A_record_of_settings_is_read_with_its_own_defaults_and_is_null_unless_given()
    {
        Assert.Null(Read<Nested>("{}").Inner);
        Assert.Equal(new Inner(), Read<Nested>("{inner: {}}").Inner);
        Assert.Equal(new Inner { Depth = 4 }, Read<Nested>("{inner: {depth: 4}}").Inner);
        Assert.Contains("inner.depth must be at least 1, but is 0", Error<Nested>("{inner: {depth: 0}}"));
        Assert.Contains($"unknown key 'deep' in analyses.{Asked}.inner", Error<Nested>("{inner: {deep: 4}}"));
        var schema = SettingsReader<Nested>.All.Single().Schema();
        Assert.Equal(
            ("object", "integer"),
            ((string)schema["type"]!, (string)schema["properties"]!["depth"]!["type"]!)
        );
        Assert.False((bool)schema["additionalProperties"]!);
    }

    private sealed record Nested
    {
        [Setting("A record")]
        public Inner? Inner { get; init; }
    }

    private sealed record Inner
    {
        [Setting("A number", Minimum = 1)]
        public int Depth { get; init; } = 2;
    }

    [Theory]
    [InlineData("seeds", "7")]
    [InlineData("alphas", "0.5")]
    [InlineData("texts", "one")]
    [InlineData("checkpoint", "best")]
    [InlineData("days", "partly_cloudy")]
    public void A_list_may_be_written_as_a_single_value(string key, string value) =>
        AssertSame(Json(Read($"{{{key}: [{value}]}}")), Json(Read($"{{{key}: {value}}}")));

    [Theory]
    [InlineData("points", "1", "must be at least 2, but is 1.")]
    [InlineData("points", "10", "must be at most 9, but is 10.")]
    [InlineData("points", "2.5", "must be a whole number, but is '2.5'.")]
    [InlineData("points", "[3]", "must be a whole number, but is a list.")]
    [InlineData("points", "", "is empty; give it a value or remove the key.")]
    [InlineData("seed", "2147483648", "must be at most 2147483647, but is 2147483648.")]
    [InlineData("share", "0", "must be above 0 and below 1, but is '0'.")]
    [InlineData("share", "1", "must be above 0 and below 1, but is '1'.")]
    [InlineData("share", ".nan", "must be a finite number, but is '.nan'.")]
    [InlineData("scale", "-1.5", "must be at least -1, but is '-1.5'.")]
    [InlineData("flag", "1", "must be true or false, but is '1'.")]
    [InlineData("text", "[a]", "must be text, but is a list.")]
    [InlineData("word", "frist", "has the unknown value 'frist'; did you mean 'first'?")]
    [InlineData("weather", "PartlyCloudy", "has the unknown value 'PartlyCloudy'; did you mean 'partly_cloudy'?")]
    [InlineData("weather", "1", "has the unknown value '1'; write one of sunny, partly_cloudy.")]
    [InlineData("limit", "-1", "must be at least 0, but is -1.")]
    [InlineData("limit", "null", "is empty; give it a value or remove the key.")]
    [InlineData("delta", "1.5", "must be at most 1, but is '1.5'.")]
    [InlineData("seeds", "[]", "is an empty list; write at least one value.")]
    [InlineData("seeds", "[1, 1]", "repeats a value; write each value once.")]
    [InlineData("seeds", "[1, 0x1]", "repeats a value; write each value once.")]
    [InlineData("alphas", "[0.5, 5e-1]", "repeats a value; write each value once.")]
    [InlineData("texts", "[a, 'a']", "repeats a value; write each value once.")]
    [InlineData("days", "[sunny, sunny]", "repeats a value; write each value once.")]
    [InlineData("seeds[1]", "[1, -1]", "must be at least 0, but is -1.")]
    [InlineData("alphas[0]", "[2]", "must be from 0 to 1, but is '2'.")]
    [InlineData("seeds", "{a: 1}", "must be a list, but is a mapping.")]
    public void A_wrong_value_is_reported_with_its_line_and_key(string key, string yaml, string problem)
    {
        var written = key.Split('[')[0];
        Assert.Equal(
            $"study.yaml, line 18: analyses.{Asked}.{key} {problem}",
            Error<EveryType>($"\n    maybe: true\n    {written}: {yaml}")
        );
        Assert.Equal(
            $"override analyses.{Asked}.{written}={yaml}: analyses.{Asked}.{key} {problem}",
            folder.Error(
                Text("{}"),
                [$"analyses.{Asked}.{written}={yaml}"],
                analyses: [new EmptyAnalysis<EveryType>(Asked)]
            )
        );
    }

    [Fact]
    public void An_unknown_key_is_reported_with_its_line_and_the_nearest_name() =>
        Assert.Equal(
            $"study.yaml, line 18: unknown key 'sead' in analyses.{Asked}; did you mean 'seed'?",
            Error<EveryType>("\n    maybe: true\n    sead: 3")
        );

    [Fact]
    public void A_later_override_wins_over_an_earlier_one_and_over_the_file()
    {
        var study = folder.Read(
            Text("{points: 4, word: all}"),
            [$"analyses.{Asked}.points=5", $"analyses.{Asked}.seeds=8", $"analyses.{Asked}.points=6"],
            analyses: [new EmptyAnalysis<EveryType>(Asked)]
        );
        var read = SettingsReader<EveryType>.Read(study.Analyses.Single().Value);
        Assert.Equal((6, "all"), (read.Points, read.Word));
        Assert.Equal([8], read.Seeds);
    }

    [Fact]
    public void Settings_that_do_not_fit_together_are_reported_with_the_line_of_the_one_to_change()
    {
        Assert.Equal(
            $"study.yaml, line 17: analyses.{Asked}.points is 4, but must be odd.",
            folder.Error(Text("\n    points: 4"), analyses: [new OddPoints()])
        );
        Assert.Equal(
            $"study.yaml, line 16: analyses.{Asked}.points is 2, but must be odd.",
            folder.Error(Text("{seed: 2}"), analyses: [new OddPoints()])
        );
        Assert.Equal(
            $"analyses.{Asked}.points is 2, but must be odd.",
            folder.Error(Text(""), analyses: [new OddPoints()])
        );
    }

    [Theory]
    [InlineData("points", "A whole number (2 to 9); 3 by default.")]
    [InlineData("scale", "A number from -1 on (at least -1); 1 by default.")]
    [InlineData("flag", "A flag; true by default.")]
    [InlineData("word", "One of two words: first, all; first by default.")]
    [InlineData("weather", "An enumeration: sunny, partly_cloudy; partly_cloudy by default.")]
    [InlineData("limit", "A whole number, or none (at least 0); as many as fit by default.")]
    [InlineData("delta", "A number, or none (at most 1); none by default.")]
    [InlineData("seeds", "Whole numbers (at least 0); 1, 2 by default.")]
    [InlineData("texts", "Texts; all of them by default.")]
    [InlineData("share", "A number between 0 and 1 (above 0, below 1); 0.5 by default.")]
    public void The_help_of_a_setting_names_range_and_default(string key, string help) =>
        Assert.Equal(help, SettingsReader<EveryType>.All.Single(setting => setting.Name == key).Help);

    private static string Snake(string name) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    private static void AssertSame(JsonObject expected, JsonObject actual) =>
        Assert.True(JsonNode.DeepEquals(expected, actual), $"expected {expected}, but is {actual}");

    private static JsonObject Json(EveryType settings) => SettingsReader<EveryType>.Write(settings);

    private static string Text(string settings) =>
        StudyFolder.Plain.Replace("{points: 11}", settings, StringComparison.Ordinal);

    private EveryType Read(string settings) => Read<EveryType>(settings);

    private T Read<T>(string settings)
        where T : class, new()
    {
        var study = folder.Read(Text(settings), analyses: [new EmptyAnalysis<T>(Asked)]);
        return SettingsReader<T>.Read(study.Analyses.Single().Value);
    }

    private string Error<T>(string settings)
        where T : class, new() => folder.Error(Text(settings), analyses: [new EmptyAnalysis<T>(Asked)]);

    private sealed record PartlyDeclared
    {
        [Setting("A setting")]
        public int Declared { get; init; }

        public int Other { get; init; }
    }

    private sealed class OddPoints() : EmptyAnalysis<OddPointsSettings>(Asked)
    {
        protected override OddPointsSettings Check(OddPointsSettings settings, SettingErrors errors) =>
            settings.Points % 2 == 1
                ? settings
                : throw errors.Wrong("points", $"is {settings.Points}, but must be odd.");
    }

    private sealed record OddPointsSettings
    {
        [Setting("An odd number")]
        public int Points { get; init; } = 2;

        [Setting("A seed")]
        public int Seed { get; init; }
    }
}
