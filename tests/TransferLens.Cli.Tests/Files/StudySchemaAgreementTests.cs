using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TransferLens.Runs;
using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;

namespace TransferLens.Cli.Tests.Files;

/// <summary>
/// The JSON Schema of study files and the readers judge alike. Keys are compared name by name; values by giving many of
/// them, one at a time, to both.
/// </summary>
public sealed class StudySchemaAgreementTests : IDisposable
{
    private const string Schema = "study.schema.json";

    /// <summary>Values of all types, in JSON, to give to a reader and a schema.</summary>
    internal static readonly string[] Values =
    [
        "-1000",
        "-1",
        "0",
        "1e-7",
        "0.5",
        "1",
        "1.5",
        "2",
        "3",
        "4",
        "5",
        "9",
        "10",
        "11",
        "99",
        "100",
        "101",
        "102",
        "1000",
        "1001",
        "10001",
        "10002",
        "100000",
        "100001",
        "1e9",
        "true",
        "false",
        "null",
        "{}",
        "{\"zzz\": 1}",
        "[]",
        "[0]",
        "[1]",
        "[1, 1]",
        "[0.5]",
        "[1, 2]",
        "[2, 1]",
        "[-1]",
        "[\"last\"]",
        "[\"zzz\"]",
        "[null]",
        "[{}]",
        "\"zzz\"",
        "\"last\"",
        "\"none\"",
        "\"channels\"",
        "\"0.5,0.5,0.5/1,1,1\"",
        "\"1,1/1,1\"",
    ];

    // The key that another key needs next to it.
    private static readonly Dictionary<string, string> Beside = new()
    {
        ["optimizer.beta1"] = "{\"name\": \"adamw\"}",
        ["optimizer.beta2"] = "{\"name\": \"adamw\"}",
        ["optimizer.epsilon"] = "{\"name\": \"adamw\"}",
        ["schedule.milestones"] = "{\"name\": \"multi_step\"}",
        ["schedule.gamma"] = "{\"name\": \"multi_step\", \"milestones\": [1]}",
    };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_schema_names_every_network_and_analysis_and_the_settings_of_each()
    {
        Assert.Equal(
            Networks.Names,
            StudySchema.Root["properties"]!["network"]!["anyOf"]![0]!["enum"]!.AsArray().Select(name => (string)name!)
        );
        Assert.Equal(
            Catalog.Default.Tasks.Select(runner => runner.Kind.Name),
            StudySchema.Root["definitions"]!["slurm"]!["properties"]!["kinds"]!["propertyNames"]!["enum"]!
                .AsArray()
                .Select(name => (string)name!)
        );
        var described = StudySchema.Root["definitions"]!["analyses"]!["properties"]!.AsObject();
        var missing = Catalog
            .Default.Analyses.Where(analysis => !described.ContainsKey(analysis.Name))
            .Select(analysis =>
                $"add the analysis '{analysis.Name}' to {StudySchema.File} under #/definitions/analyses/properties"
            )
            .Concat(
                described
                    .Select(entry => entry.Key)
                    .Except(Catalog.Default.Analyses.Select(analysis => analysis.Name))
                    .Select(name => $"{StudySchema.File} describes the analysis '{name}', which is not in the catalog")
            )
            .Concat(
                Catalog
                    .Default.Analyses.Where(analysis => described.ContainsKey(analysis.Name))
                    .SelectMany(analysis =>
                    {
                        var settings = StudySchema
                            .Keys(described[analysis.Name]!.AsObject())
                            .Select(setting => setting.Key)
                            .ToList();
                        var declared = analysis.Settings.Select(setting => setting.Name).ToList();
                        return declared
                            .Except(settings)
                            .Select(setting =>
                                $"add the setting '{setting}' to {StudySchema.File} under #/definitions/analyses/properties/{analysis.Name}/properties"
                            )
                            .Concat(
                                settings
                                    .Except(declared)
                                    .Select(setting =>
                                        $"{StudySchema.File} describes the setting '{setting}', which {analysis.Name} does not take"
                                    )
                            );
                    })
            )
            .ToList();
        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Fact]
    public void A_default_that_the_schema_states_is_what_is_taken_without_the_key()
    {
        var wrong = new List<string>();
        foreach (var (place, key, schema) in Keys().Where(key => key.Schema["default"] is not null))
        {
            var value = schema["default"]!.ToJsonString();
            // What lies over the study's training has its value, and the epochs to keep may stand in one place only.
            if (!place.StartsWith("runs.P-T", StringComparison.Ordinal) || key == "seeds")
            {
                var (with, without) = (Study(place, key, value), Study(place, key, value));
                Parent(without, place).Remove(key);
                if (Meaning(with) != Meaning(without))
                {
                    wrong.Add(
                        $"{StudySchema.File} says that {place}.{key} is {value} unless given, but it is another: {Meaning(with)} and {Meaning(without)}"
                    );
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void The_schema_and_the_readers_take_the_same_values_of_every_key()
    {
        var cases = Keys()
            .SelectMany(key =>
                Values.Concat(Enum(key.Schema)).Distinct().Select(value => (key.Place, key.Key, Value: value))
            )
            .Concat(StudySchema.Mappings().Select(mapping => (mapping.Place, Key: "zzz", Value: "1")))
            .Where(one => !DiffersRightly(one.Place, one.Key, one.Value))
            .Select(one =>
                (Name: $"{one.Place}.{one.Key}: {one.Value}", Text: Study(one.Place, one.Key, one.Value).ToJsonString())
            )
            .ToList();
        var judged = Reader.Validate(Schema, cases.Select(one => one.Text));
        var wrong = cases
            .Zip(judged, (one, errors) =>
            {
                var refused = Refused(one.Text);
                return (refused is null) == (errors.Count == 0) ? null
                    : refused is null
                        ? $"{one.Name} is read, but {string.Join("; ", errors.Select(error => error.In(Schema)))}"
                    : $"{one.Name} is valid by schemas/{Schema}, but: {refused}";
            })
            .OfType<string>()
            .ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.InRange(judged.Count(errors => errors.Count == 0), 300, cases.Count - 1000);
    }

    [Fact]
    public void Studies_that_are_shown_to_a_reader_are_valid_by_the_schema()
    {
        var template = StudyTemplate.Text("example");
        var opened = Regex
            .Replace(
                Regex.Replace(template, "^( *)# ( *(- )?[a-z0-9_]+: )", "$1$2", RegexOptions.Multiline),
                "^ *(weights|name: sgd|momentum|nesterov)",
                "#",
                RegexOptions.Multiline
            )
            .Replace("parameter_groups: []", "parameter_groups:", StringComparison.Ordinal)
            .Replace("optimizer:\n", "optimizer:\n    name: adamw\n", StringComparison.Ordinal);
        List<(string Name, string Text)> shown =
        [
            ("the template", template),
            ("the template with its comments opened", opened),
            ("the tests' own", TinyStudy.Text()),
            .. Directory.GetFiles(Checkout.PathOf("studies"), "*.yaml").Select(file => (file, File.ReadAllText(file))),
            .. Directory
                .GetFiles(Checkout.PathOf("docs"), "*.md", SearchOption.AllDirectories)
                .Append(Checkout.PathOf("README.md"))
                .SelectMany(Blocks),
        ];
        Assert.InRange(shown.Count, 5, int.MaxValue);
        var wrong = shown
            .Zip(Reader.Validate(Schema, shown.Select(study => study.Text)), (study, errors) =>
                errors.Select(error => $"{study.Name}: {error.In(Schema)}")
            )
            .SelectMany(error => error)
            .ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("pretrained", "weights", "\"p.th\"", "pretrained contains another key besides weights")]
    [InlineData("targets.drawn", "root", "\".\"", "root is csv's")]
    [InlineData("training.optimizer", "beta1", "0.5", "an optimizer that is named sgd has no beta1")]
    public void What_only_the_whole_shows_is_refused_too(string place, string key, string value, string why)
    {
        var study = Study(place, key, value);
        if (key == "beta1")
        {
            Parent(study, place)["name"] = "sgd";
        }

        Assert.True(Reader.Validate(Schema, [study.ToJsonString()])[0].Count > 0, why);
        Assert.NotNull(Refused(study.ToJsonString()));
    }

    // A whole study in a block begins with its name; parts of studies are the readers' own tests'.
    private static IEnumerable<(string Name, string Text)> Blocks(string file) =>
        Regex
            .Matches(File.ReadAllText(file), "```yaml\n(.*?)```", RegexOptions.Singleline)
            .Select(block => block.Groups[1].Value)
            .Where(text => Regex.IsMatch(text, "^study:", RegexOptions.Multiline))
            .Select(text => (Name: file, Text: text));

    // Where the two may differ, and why.
    private static bool DiffersRightly(string place, string key, string value) =>
        (key is "study" or "match" && Regex.IsMatch(value, @"^(-?[\d.e-]+|true|false)$")) // a number is text to the readers, and a mistake more often than not
        || (key is "run" or "scratch" or "rungs" or "members" or "freeze" && Regex.IsMatch(value, @"^(\[?[\d., e-]+\]?|true|false)$"))
        || (
            place == "images"
            && key is "size" or "resize"
            && int.TryParse(value, out var side)
            && side is > 0 and not 1000
        ) // one must not be below the other
        || (key == "name" && value == "\"multi_step\"") // its milestones may stand in the training that a run lies over
        || (value == "[2, 1]" && key == "milestones") // a schema cannot say that numbers ascend
        || key == "preprocessing" // it needs weights, and a file next to them
        || value == "1e9"; // JSON has no whole numbers of its own

    private static IEnumerable<string> Enum(JsonObject schema) =>
        (schema["enum"]?.AsArray() ?? []).Select(value => value!.ToJsonString());

    // Paths must lead somewhere, which a schema cannot know.
    private static IEnumerable<(string Place, string Key, JsonObject Schema)> Keys() =>
        StudySchema
            .Mappings()
            .SelectMany(mapping => StudySchema.Keys(mapping.Schema).Select(key => (mapping.Place, key.Key, key.Schema)))
            .Where(key => key.Key is not ("weights" or "train" or "test" or "root" or "format"));

    // A small study with one value set.
    private static JsonObject Study(string place, string key, string value)
    {
        var study = JsonNode
            .Parse(
                """
                {
                  "study": "probe", "network": "cifar_resnet8", "images": {"size": 1000},
                  "pretrained": {"data": {"format": "synthetic", "style": "photo", "train": 2, "test": 2}},
                  "targets": {"drawn": {"format": "synthetic", "style": "clipart", "train": 2, "test": 2}},
                  "runs": {"P-T": {"init": "pretrained", "learning_rate": 0.1}}
                }
                """
            )!
            .AsObject();
        var parent = Parent(study, place);
        foreach (
            var (name, beside) in Beside.GetValueOrDefault($"{place[(place.LastIndexOf('.') + 1)..]}.{key}") is { } text
                ? JsonNode.Parse(text)!.AsObject()
                : []
        )
        {
            parent[name] = beside!.DeepClone();
        }

        parent[key] = JsonNode.Parse(value);
        return study;
    }

    private static JsonObject Parent(JsonObject study, string place)
    {
        JsonNode at = study;
        foreach (var part in place.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            at =
                part == "0"
                    ? at.AsArray()[0]!
                    : at[part] ??=
                        part == "parameter_groups"
                            ? new JsonArray(new JsonObject { ["match"] = "x" })
                            : new JsonObject();
        }

        return at.AsObject();
    }

    private Study Read(string text)
    {
        File.WriteAllText(folder["study.yaml"], text);
        return StudyFile.Read(folder["study.yaml"], Catalog.Default);
    }

    // Why the readers refuse a study; null when they do not.
    private string? Refused(string text)
    {
        try
        {
            Read(text);
            return null;
        }
        catch (InputException failure)
        {
            return failure.Message;
        }
    }

    // All that a study file says, defaults filled in.
    private string Meaning(JsonObject text) =>
        System.Text.Json.JsonSerializer.Serialize(Read(text.ToJsonString()), StudyJson.Options);
}
