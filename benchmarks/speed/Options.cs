using System.Globalization;
using TransferLens.Studies.Inputs;

namespace TransferLens.Speed;

/// <summary>What the command was asked for.</summary>
/// <param name="Pairs">How often each side runs, in turn.</param>
/// <param name="Quick">Less work for each case, to try the command out.</param>
/// <param name="Cases">Which cases; empty for all.</param>
/// <param name="Write">Whether docs/performance.md gets the table.</param>
/// <param name="Work">Folder for all that is made.</param>
/// <param name="Repository">The repository's root.</param>
/// <param name="Shared">Folder of images and weights.</param>
/// <param name="Program">The published <c>transferlens</c>.</param>
internal sealed record Options(
    int Pairs,
    bool Quick,
    string[] Cases,
    bool Write,
    string Work,
    string Repository,
    string Shared,
    string Program
)
{
    /// <summary>Reads the command line.</summary>
    /// <exception cref="InputException">It cannot be understood.</exception>
    public static Options Of(string[] args)
    {
        var (pairs, quick, cases, write) = ((int?)null, false, Array.Empty<string>(), false);
        var places = new Dictionary<string, string>();
        for (var i = 0; i < args.Length; i++)
        {
            string Value() =>
                ++i < args.Length ? args[i] : throw new InputException($"{args[i - 1]} needs a value after it.");
            switch (args[i])
            {
                case "--pairs":
                    pairs =
                        int.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                        && number > 0
                            ? number
                            : throw new InputException($"--pairs is {args[i]}, but must be a whole number, 1 or more.");
                    break;
                case "--quick":
                    quick = true;
                    break;
                case "--write":
                    write = true;
                    break;
                case "--cases":
                    cases = Value().Split(',');
                    break;
                case "--work" or "--repository" or "--shared" or "--program":
                    places[args[i]] = Path.GetFullPath(Value());
                    break;
                default:
                    throw new InputException(
                        $"'{args[i]}' is not known; the options are --pairs N, --quick, --cases A,B, --write, --work FOLDER and --install."
                    );
            }
        }

        return write && quick
            ? throw new InputException("--write is for the table at full size, so it does not go with --quick.")
            : new(
                pairs ?? (quick ? 1 : 5),
                quick,
                cases,
                write,
                places["--work"],
                places["--repository"],
                places["--shared"],
                places["--program"]
            );
    }
}
