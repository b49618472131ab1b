using System.Diagnostics;
using System.Text.Json.Nodes;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Files;

/// <summary>The programs of <c>tests/readers/</c>, which share nothing with the ones that wrote the files.</summary>
internal static class Reader
{
    private static readonly string Folder = Checkout.PathOf("tests", "readers");

    /// <summary>Compares the tables of a run, CSV with Parquet; skips the test where the readers are missing.</summary>
    public static JsonNode Tables(string folder) => Node("tables.mjs", folder);

    /// <summary>What is wrong with each of some documents by a schema of the repository; skips the test where the validator is missing.</summary>
    /// <param name="schema">File name of the schema.</param>
    /// <param name="documents">YAML, or JSON, which is YAML.</param>
    public static List<List<SchemaError>> Validate(string schema, IEnumerable<string> documents)
    {
        var input = new JsonArray([
            .. documents.Select(text => (JsonNode)new JsonObject { ["text"] = text }),
        ]).ToJsonString();
        return
        [
            .. Node("validate.mjs", Checkout.PathOf("schemas", schema), input)
                .AsArray()
                .Select(errors => errors!.AsArray().Select(SchemaError.Of!).ToList()),
        ];
    }

    /// <summary>The scalars of all event files below a folder; skips the test where protobuf's Python library is missing.</summary>
    public static JsonNode Events(string folder)
    {
        const string python = "/usr/bin/python3";
        Assert.SkipUnless(
            File.Exists(python) && Start(python, ["-c", "import google.protobuf"]).Code == 0,
            "Python's protobuf is missing, which reads TensorBoard's files here: apt-get install python3-protobuf"
        );
        return Output("events.py", Start(python, [Path.Combine(Folder, "events.py"), folder]));
    }

    /// <summary>What <c>tests/reference/findings.py</c> says of a run's claims; skips the test where Python is missing.</summary>
    public static (int Code, string Said) Claims(string run)
    {
        const string python = "/usr/bin/python3";
        Assert.SkipUnless(
            File.Exists(python),
            "Python is missing, which recomputes the claims here: apt-get install python3"
        );
        var (code, output, error) = Start(python, [Checkout.PathOf("tests", "reference", "findings.py"), run]);
        return (code, output + error);
    }

    private static JsonNode Node(string script, string argument, string input = "")
    {
        var node = Environment
            .GetEnvironmentVariable("PATH")!
            .Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "node"))
            .FirstOrDefault(File.Exists);
        Assert.SkipUnless(
            node is not null,
            "node is missing, which reads the files here: install Node.js 20 or later, and run `npm ci` in tests/readers"
        );
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(Folder, "node_modules")),
            "node's packages are missing: run `npm ci` in tests/readers"
        );
        return Output(script, Start(node!, [Path.Combine(Folder, script), argument], input));
    }

    private static JsonNode Output(string script, (int Code, string Output, string Error) ended)
    {
        Assert.True(ended.Code == 0, $"{script} ended with {ended.Code} and said: {ended.Error}");
        return JsonNode.Parse(ended.Output)!;
    }

    private static (int Code, string Output, string Error) Start(
        string program,
        IEnumerable<string> arguments,
        string input = ""
    )
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }
}

/// <summary>What a validator says of one place in a document.</summary>
/// <param name="At">The place, as a JSON pointer.</param>
/// <param name="Rule">The rule in the schema, as a JSON pointer.</param>
/// <param name="Key">The key that is not described, where that is what is wrong.</param>
/// <param name="What">What is wrong, in words.</param>
internal sealed record SchemaError(string At, string Rule, string? Key, string What)
{
    public static SchemaError Of(JsonNode json) =>
        new((string)json["at"]!, (string)json["schema"]!, (string?)json["key"], (string)json["what"]!);

    /// <summary>What is wrong and what to do about it.</summary>
    /// <param name="schema">File name of the schema.</param>
    public string In(string schema) =>
        Key is null
            ? $"{(At.Length == 0 ? "the whole" : At)} {What}, by {Rule} of schemas/{schema}"
            : $"{(At.Length == 0 ? "the top" : At)} holds the key '{Key}', which schemas/{schema} does not describe: add it to {Rule.Replace("/additionalProperties", "/properties", StringComparison.Ordinal)}";
}
