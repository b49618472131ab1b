using System.CommandLine;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Yaml;

namespace TransferLens.Cli.Options;

/// <summary>
/// Options of a command that are settings of the analysis of the same name. Names, types, ranges, defaults and help
/// come from the settings record, so that a command and a study measure the same.
/// </summary>
/// <typeparam name="T">The settings record.</typeparam>
internal sealed class SettingOptions<T>
    where T : class, new()
{
    private readonly List<(Setting Setting, Option Option)> options;

    /// <summary>Creates options for some of the settings.</summary>
    /// <param name="names">Names of the settings, for example <c>points</c>.</param>
    public SettingOptions(params IEnumerable<string> names) =>
        options = [
            .. names
                .Select(name => SettingsReader<T>.All.First(setting => setting.Name == name))
                .Select(setting => (setting, Create(setting))),
        ];

    /// <summary>The options, in the order of the names.</summary>
    public IEnumerable<Option> All => options.Select(one => one.Option);

    /// <summary>Whether an option was given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="name">The setting's name.</param>
    public bool IsGiven(ParseResult parsed, string name) =>
        parsed.GetResult(options.First(one => one.Setting.Name == name).Option) is { Implicit: false };

    /// <summary>Reads the settings. Those whose option is not given have their defaults.</summary>
    /// <exception cref="InputException">A value has the wrong type or is out of range; the option is named.</exception>
    public T Read(ParseResult parsed)
    {
        var settings = new T();
        foreach (var (setting, option) in options)
        {
            if (option is Option<bool> flag)
            {
                setting.Set(settings, parsed.GetValue(flag));
            }
            else if (parsed.GetValue((Option<string?>)option) is { } text)
            {
                setting.Set(settings, setting.Read(Node(setting, text)));
            }
        }

        return settings;
    }

    private static Option Create(Setting setting)
    {
        var isFlag = setting.Type == typeof(bool) && setting.Default is false;
        if (isFlag)
        {
            return new Option<bool>(setting.Option) { Description = $"{setting.Summary}." };
        }

        var option = new Option<string?>(setting.Option) { Description = setting.Help, HelpName = HelpName(setting) };
        if (!setting.IsList && !setting.Words.IsEmpty)
        {
            option.AcceptOnlyFromAmong([.. setting.Words]);
        }

        return option;
    }

    private static string HelpName(Setting setting)
    {
        var item = setting switch
        {
            { Words.IsEmpty: false } => string.Join('|', setting.Words),
            _ when setting.Type == typeof(int) => "N",
            _ when setting.Type == typeof(double) => "X",
            _ => "WORD",
        };
        return setting.IsList ? $"{item},..." : item;
    }

    private static StudyNode Node(Setting setting, string text)
    {
        var value = setting.IsList ? $"[{text}]" : text;
        var tree = YamlTreeReader.Read(value, setting.Option, lines: false);
        return StudyNode.Named(tree ?? new YamlScalar(new Place(setting.Option, 0), "", Quoted: false), setting.Option);
    }
}
