using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Output;

/// <summary>Describes what is wrong with a command line, in the words of a user and not of the parser.</summary>
internal static partial class ParseProblem
{
    /// <summary>What is wrong, with a question mark or without a full stop; null when nothing is.</summary>
    public static string? Find(ParseResult parsed)
    {
        // A misspelt command leaves its options to the root, which does not have them.
        if (parsed.CommandResult.Command is RootCommand && parsed.UnmatchedTokens is [[not '-', ..] word, ..])
        {
            return $"'{Sentence.Short(word)}' is not a command{Suggestion(word, CommandsOf(parsed))}";
        }

        // The parser would take a misspelt option for a file's name, and then complain about what follows.
        if (parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).FirstOrDefault(IsStray) is { } stray)
        {
            var option = stray.Value.Split('=')[0];
            return $"'{option}' is not an option of `transferlens{Path(parsed)}`"
                + Suggestion(option, OptionsOf(parsed));
        }

        var empty = parsed.CommandResult.Children.Select(Empty).FirstOrDefault(words => words is not null);
        if (parsed.Errors.Count == 0)
        {
            return empty;
        }

        if (parsed.CommandResult.Command is RootCommand)
        {
            return "No command was given";
        }

        var message = Space().Replace(parsed.Errors[0].Message, " ").TrimEnd('.');
        if (empty is not null && message.StartsWith("Cannot parse", StringComparison.Ordinal))
        {
            return empty;
        }

        return Unparsable().Match(message) is { Success: true } wrong ? Describe(wrong) : message;
    }

    // Dashes are no letters to compare: with them, short options look alike.
    private static string Suggestion(string given, IEnumerable<string> names)
    {
        var byWord = names.Distinct().ToDictionary(name => name.TrimStart('-'));
        return Sentence.Nearest(given.TrimStart('-'), byWord.Keys) is { } nearest
            ? $"; did you mean '{byWord[nearest]}'?"
            : "";
    }

    private static IEnumerable<string> CommandsOf(ParseResult parsed) =>
        parsed.CommandResult.Command.Subcommands.Where(command => !command.Hidden).Select(command => command.Name);

    private static IEnumerable<string> OptionsOf(ParseResult parsed) =>
        parsed
            .CommandResult.Command.Options.Concat(
                parsed.RootCommandResult.Command.Options.Where(option => option.Recursive)
            )
            .Where(option => !option.Hidden)
            .Select(option => option.Name);

    // The parser takes empty text for a path, which fails when it is read.
    private static string? Empty(SymbolResult symbol) =>
        symbol.Tokens.Any(token => token.Value.Length == 0)
            ? symbol switch
            {
                ArgumentResult argument when IsPath(argument.Argument.ValueType) => IsEmpty(argument.Argument.Name),
                OptionResult option when IsPath(option.Option.ValueType) => IsEmpty(option.Option.Name),
                _ => null,
            }
            : null;

    private static string IsEmpty(string name) => $"{name} is empty. Write its value";

    private static bool IsPath(Type type) => typeof(FileSystemInfo).IsAssignableFrom(type);

    private static string Describe(Match wrong)
    {
        var isInteger = wrong.Groups["type"].Value.Contains("Int32", StringComparison.Ordinal);
        var expected = isInteger ? "a whole number" : "a number";
        return $"{wrong.Groups["name"]} is '{wrong.Groups["value"]}', but must be {expected}";
    }

    /// <summary>The command's name after the program's, with a space before it; empty for the program alone.</summary>
    public static string Path(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "" : $" {parsed.CommandResult.Command.Name}";

    private static bool IsStray(Token token) =>
        token.Type == TokenType.Argument
        && token.Value is ['-', var second, ..]
        && second != '.'
        && !char.IsAsciiDigit(second);

    [GeneratedRegex(
        "^Cannot parse argument '(?<value>.*)' for option '(?<name>.*)' "
            + "as expected type '(?<type>.*(?:Int32|Double).*)'"
    )]
    private static partial Regex Unparsable();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
