using System.Globalization;
using System.Text;
using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Files;

public sealed class StudyYamlTests : IDisposable
{
    private readonly StudyFolder folder = new(ImageFormats.All);

    public void Dispose() => folder.Dispose();

    private string Analysis(string settings) =>
        folder
            .Read(
                StudyFolder.Plain.Replace("{points: 11}", settings, StringComparison.Ordinal),
                analyses: [new EmptyAnalysis<EveryType>("performance_barrier")]
            )
            .Analyses[0]
            .Value.ToJsonString();

    [Theory]
    [InlineData("seed", "12", "12")]
    [InlineData("seed", "-0012", "-12")]
    [InlineData("seed", "0x1F", "31")]
    [InlineData("seed", "0o17", "15")]
    [InlineData("scale", "1.5e-3", "0.0015")]
    [InlineData("scale", ".5", "0.5")]
    [InlineData("scale", "1.", "1")]
    [InlineData("flag", "true", "true")]
    [InlineData("flag", "FALSE", "false")]
    [InlineData("text", "'12'", "\"12\"")]
    [InlineData("text", "!!str 12", "\"12\"")]
    [InlineData("text", "! 12", "\"12\"")]
    [InlineData("text", "\"true\"", "\"true\"")]
    [InlineData("text", "yes", "\"yes\"")]
    [InlineData("text", "1_000", "\"1_000\"")]
    [InlineData("text", "Infinity", "\"Infinity\"")]
    [InlineData("texts", "[1, b]", "[\"1\",\"b\"]")]
    public void Settings_of_analyses_follow_the_core_schema(string key, string yaml, string json) =>
        Assert.Contains($"\"{key}\":{json}", Analysis($"{{{key}: {yaml}}}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("seed", "'12'", "must be a whole number, but is the quoted text '12'.")]
    [InlineData("seed", "!!str 12", "must be a whole number, but is the quoted text '12'.")]
    [InlineData("seed", "1_000", "must be a whole number, but is '1_000'.")]
    [InlineData("seed", "~", "is empty; give it a value or remove the key.")]
    [InlineData("scale", "Infinity", "must be a number, but is 'Infinity'.")]
    [InlineData("scale", ".inf", "must be a finite number, but is '.inf'.")]
    [InlineData("scale", ".nan", "must be a finite number, but is '.nan'.")]
    [InlineData("flag", "yes", "must be true or false, but is 'yes'.")]
    [InlineData("flag", "\"true\"", "must be true or false, but is the quoted text 'true'.")]
    [InlineData("text", "{a: b}", "must be text, but is a mapping.")]
    public void A_value_of_another_type_by_the_core_schema_is_refused(string key, string yaml, string problem) =>
        Assert.Equal(
            $"study.yaml, line 16: analyses.performance_barrier.{key} {problem}",
            Assert
                .Throws<InputException>(() => Analysis($"{{{key}: {yaml}}}"))
                .Message.Replace(folder[[]] + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)
        );

    [Fact]
    public void A_number_of_a_setting_may_be_asked_for_in_any_type()
    {
        var settings = folder.Read(StudyFolder.Plain).Analyses[0].Value;
        Assert.Equal(
            (11, 11L, 11.0),
            ((int)settings["points"]!, (long)settings["points"]!, (double)settings["points"]!)
        );
    }

    [Fact]
    public void An_alias_stands_for_what_its_anchor_marks()
    {
        var study = folder.Read(
            StudyFolder.Plain.Replace(
                "seeds: [1, 2]",
                "seeds: &s [1, 2]\n  Q: {init: random, learning_rate: 1, seeds: *s}",
                StringComparison.Ordinal
            )
        );
        Assert.Equal([1, 2], study.Runs[1].Value.Seeds);
    }

    [Theory]
    [InlineData(
        "seeds: &s [*s]",
        "study.yaml, line 14: the alias *s is inside its own value or nested too deep; write out its value instead."
    )]
    [InlineData(
        "seeds: &s {? [*s] : 1}",
        "study.yaml, line 14: the alias *s is inside its own value or nested too deep; write out its value instead."
    )]
    [InlineData("seeds: *s", "study.yaml, line 14: the alias *s has no anchor before it.")]
    [InlineData("seeds: {[a]: 1}", "study.yaml, line 14: a key must be a word, not a list or a mapping.")]
    [InlineData("seeds: !x [1]", "study.yaml, line 14: the tag '!x' is not supported; remove it.")]
    [InlineData(
        "init: random",
        "study.yaml, line 14: the key 'init' is given twice, first in line 12; remove one of the two."
    )]
    [InlineData(
        "seeds: \"\\0\"",
        "study.yaml, line 14: this text contains a control character or invalid UTF-8; remove it."
    )]
    [InlineData(
        "seeds: 1\n---\nseeds: 2",
        "study.yaml, line 15: a second document begins here; a study is one document, so remove the line '---' and what follows it."
    )]
    public void YAML_that_no_study_needs_is_refused_with_its_line(string seeds, string message)
    {
        var upToSeeds = StudyFolder.Plain[..StudyFolder.Plain.IndexOf("seeds", StringComparison.Ordinal)];
        Assert.Equal(message, folder.Error(upToSeeds + seeds));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n...\n")]
    [InlineData("~")]
    public void An_empty_file_is_told(string text) =>
        Assert.Equal("study.yaml: the study file is empty; `transferlens init` writes an example.", folder.Error(text));

    [Theory]
    [InlineData("- a")]
    [InlineData("just text")]
    public void A_file_that_is_no_mapping_is_told(string text) =>
        Assert.Equal(
            "study.yaml, line 1: the study file is not a mapping of keys to values; `transferlens init` writes an example.",
            folder.Error(text)
        );

    [Theory]
    [InlineData(
        "study: s\nnetwork: [a",
        "line 2: this is not YAML (while parsing a flow sequence, did not find expected ',' or ']')."
    )]
    [InlineData(
        "study: s\nnetwork: [a\nimages: {}",
        "line 2: this is not YAML; a bracket, brace or quote is left open here or soon after."
    )]
    [InlineData(
        "images:\n  : a: 32\n  resize: 32",
        "line 3: this is not YAML; a bracket, brace or quote is left open here or soon after."
    )]
    [InlineData(
        "study: s\n  network: n",
        "line 2: this is not YAML (while scanning a plain scalar value, found invalid mapping)."
    )]
    [InlineData("study: s\n\tnetwork: n", "line 2: this line is indented with a tab; YAML needs spaces.")]
    [InlineData(
        "study: \"\\uD800\"",
        "line 1: this is not YAML (while scanning a quoted scalar, found invalid Unicode surrogates)."
    )]
    public void What_is_not_YAML_is_told_with_its_line(string text, string message) =>
        Assert.Equal($"study.yaml, {message}", folder.Error(text));

    [Fact]
    public void A_missing_file_or_a_folder_is_told()
    {
        Assert.Equal(
            $"The study file '{folder["no.yaml"]}' does not exist; `transferlens init` writes an example.",
            Assert.Throws<InputException>(() => StudyFile.Read(folder["no.yaml"], folder.Catalog)).Message
        );
        Assert.Equal(
            $"'{folder["cartoon"]}' is a folder; give the study file in it.",
            Assert.Throws<InputException>(() => StudyFile.Read(folder["cartoon"], folder.Catalog)).Message
        );
        Assert.Throws<InputException>(() => StudyFile.Read("", folder.Catalog));
        Assert.Throws<InputException>(() => StudyFile.Read("a\0b", folder.Catalog));
    }

    [Fact]
    public void Aliases_that_multiply_are_refused()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 30; i++)
        {
            bomb.Append(
                CultureInfo.InvariantCulture,
                $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n"
            );
        }

        Assert.Equal(
            "study.yaml, line 5: the text has more than 100000 values, counting those behind aliases; shorten it.",
            folder.Error(bomb.ToString())
        );
    }

    [Theory]
    [InlineData("[", "values are nested more than 64 levels deep")]
    [InlineData("{", "values are nested more than 64 levels deep")]
    [InlineData("- ", "values are nested more than 64 levels deep")]
    [InlineData("a,", "a mapping of keys to values")]
    [InlineData("- a\n", "more than 100000 values")]
    [InlineData("{a: [", "values are nested more than 64 levels deep")]
    [InlineData("? ", "values are nested more than 64 levels deep")]
    [InlineData("&a ", "this is not YAML")]
    [InlineData("!", "line 1: the tag ")]
    [InlineData("\"", "this is not YAML")]
    [InlineData("\n", "the study file is empty")]
    public void Large_files_of_one_mark_end_quickly(string mark, string message)
    {
        Assert.Contains(
            message,
            folder.Error(string.Concat(Enumerable.Repeat(mark, (4 << 20) / mark.Length))),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Aliases_that_add_depth_are_refused()
    {
        var deep = "a0: &a0 x\n" + string.Concat(Enumerable.Range(1, 70).Select(i => $"a{i}: &a{i} [*a{i - 1}]\n"));
        Assert.Equal(
            "study.yaml, line 65: the alias *a63 is inside its own value or nested too deep; write out its value instead.",
            folder.Error(deep)
        );
    }

    [Fact]
    public void A_file_too_large_for_a_study_is_refused() =>
        Assert.Equal(
            "study.yaml: the file is larger than 4 MB, the limit of a study file; check the path.",
            folder.Error(new string('#', (4 << 20) + 1))
        );

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        File.WriteAllBytes(folder.File, [.. "study: "u8, 0xff, 0xfe]);
        Assert.Equal(
            $"Line 1 of '{folder.File}' is not UTF-8. Save the file as UTF-8.",
            Assert.Throws<InputException>(() => StudyFile.Read(folder.File, folder.Catalog)).Message
        );
    }
}
