using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Runs;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Files;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Files;

/// <summary>The JSON Schema of study files says what the readers take, key by key. What values they take: the command's tests.</summary>
public class StudySchemaTests
{
    private static readonly Dictionary<string, ImmutableArray<string>> Readers = new()
    {
        [""] = StudyReader.Keys,
        ["images"] = ImagesReader.Keys,
        ["preprocessing"] = ChannelsReader.Keys,
        ["images.preprocessing"] = ChannelsReader.Keys,
        ["pretrained"] = PretrainedReader.Keys,
        ["pretrained.weights"] = PretrainedReader.FileKeys,
        ["pretrained.data"] = DataReader.Keys(ImageFormats.All),
        ["targets.drawn"] = DataReader.Keys(ImageFormats.All),
        ["pretrained.training"] = TrainingReader.Keys,
        ["training"] = TrainingReader.Keys,
        ["runs.P-T"] = RunReader.Keys,
        ["slurm"] = SlurmReader.Keys,
        ["slurm.kinds.train"] = SlurmReader.ResourceKeys,
        [".split"] = SplitReader.Keys,
        [".optimizer"] = OptimizerReader.Keys,
        [".schedule"] = ScheduleReader.Keys,
        [".lora"] = TrainingReader.LoraKeys,
        [".augment"] = TrainingReader.AugmentKeys,
        [".augment.affine"] = TrainingReader.AffineKeys,
        [".parameter_groups.0"] = ParameterGroupReader.Keys,
    };

    [Fact]
    public void Every_key_that_a_reader_takes_is_in_the_schema_and_every_key_of_the_schema_is_taken()
    {
        var missing = new List<string>();
        foreach (
            var (place, schema) in StudySchema
                .Mappings()
                .Where(mapping => !mapping.Place.StartsWith("analyses", StringComparison.Ordinal))
        )
        {
            var name = place.Length == 0 ? "a study" : place;
            var (reader, taken) = Readers.FirstOrDefault(reader =>
                reader.Key == place
                || (reader.Key.StartsWith('.') && place.EndsWith(reader.Key, StringComparison.Ordinal))
            );
            if (reader is null)
            {
                missing.Add(
                    $"{StudySchema.File} describes the keys of {name}: say in {nameof(StudySchemaTests)}.{nameof(Readers)} which reader takes them."
                );
                continue;
            }

            var described = StudySchema.Keys(schema).Select(key => key.Key).ToList();
            missing.AddRange(
                taken
                    .Except(described)
                    .Select(key =>
                        $"{name} takes the key '{key}': add it to {StudySchema.File} under the properties of {name}{(place == "training" ? " and, as a reference to these, of run" : "")}."
                    )
            );
            missing.AddRange(
                described
                    .Except(taken)
                    .Select(key =>
                        $"{StudySchema.File} describes the key '{key}' of {name}, which no reader takes: remove it, or read it."
                    )
            );
        }

        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Fact]
    public void The_schema_takes_no_unknown_key_anywhere_and_says_of_each_what_it_is()
    {
        var wrong = StudySchema
            .Mappings()
            .SelectMany(mapping =>
                StudySchema
                    .Keys(mapping.Schema)
                    .Where(key => key.Schema["description"] is null)
                    .Select(key => $"{mapping.Place}.{key.Key} has no description")
                    .Concat(
                        (bool?)mapping.Schema["additionalProperties"] == false
                            ? []
                            : [$"{mapping.Place} takes unknown keys: write \"additionalProperties\": false"]
                    )
            )
            .ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void The_schema_names_the_formats_of_data_and_the_choices_of_their_options()
    {
        var data = StudySchema
            .Keys(StudySchema.Mappings().First(mapping => mapping.Place == "targets.drawn").Schema)
            .ToDictionary(key => key.Key, key => key.Schema);
        Assert.Equal(
            ImageFormats.All.Select(format => format.Name),
            data["format"]["enum"]!.AsArray().Select(name => (string)name!)
        );
        foreach (var option in ImageFormats.All.SelectMany(format => format.Options).OfType<ChoiceOption>())
        {
            Assert.Equal(option.Choices, data[option.Name]["enum"]!.AsArray().Select(name => (string)name!));
        }
    }

    [Fact]
    public void The_schema_names_the_metrics() =>
        Assert.Equal(
            Catalog.Default.Metrics.Select(metric => metric.Key),
            StudySchema.Root["properties"]!["metric"]!["enum"]!.AsArray().Select(key => (string)key!)
        );

    [Fact]
    public void The_schema_describes_the_settings_of_analyses_as_they_are_declared()
    {
        var analyses = StudySchema
            .Keys(StudySchema.Resolved(StudySchema.Root["properties"]!["analyses"]!))
            .ToDictionary(analysis => analysis.Key, analysis => analysis.Schema);
        var wrong = Catalog
            .Default.Analyses.SelectMany(analysis =>
                Differences($"analyses.{analysis.Name}", analyses[analysis.Name], analysis.Settings)
            )
            .ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    // The schema may have keywords besides the declared ones, for example for values that are only invalid together.
    private static IEnumerable<string> Differences(string place, JsonObject described, IEnumerable<Setting> declared)
    {
        var settings = declared.ToDictionary(setting => setting.Name, setting => setting.Schema());
        var keys = StudySchema.Keys(described).ToDictionary(key => key.Key, key => key.Schema);
        foreach (var key in keys.Keys.Except(settings.Keys))
        {
            yield return $"{StudySchema.File}: remove {place}.{key}, which is not a setting.";
        }

        foreach (var (name, schema) in settings)
        {
            foreach (var (keyword, value) in JsonNode.Parse(schema.ToJsonString())!.AsObject())
            {
                if (!JsonNode.DeepEquals(value, keys.GetValueOrDefault(name)?[keyword]))
                {
                    yield return $"{StudySchema.File}: {place}.{name} needs \"{keyword}\": {value!.ToJsonString()}";
                }
            }
        }
    }
}
