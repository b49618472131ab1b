using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using TransferLens.Studies.Storage;

namespace TransferLens.Studies.Plans;

/// <summary>
/// What a task has computed so far, under names. A task that was killed finds it when it runs again, goes on from it,
/// and comes to the same bits. Parts belong to one task, program and version of the libraries; those of others and
/// damaged ones are never taken. They are removed when the task's artifact is published.
/// </summary>
/// <remarks>
/// <para>
/// The task asks for each part before it computes it, in every run in the same order and under the same names:
/// </para>
/// <code>
/// foreach (var module in modules)
/// {
///     scores.Add(context.PartialResults.Compute(module.Name, parts => Score(module)));
/// }
/// </code>
/// <para>
/// Parts are written together, at most once a second, so they may be as small as they come. A part should take at most
/// a few seconds to compute, since a kill costs the part that is being computed. Safe for several threads.
/// </para>
/// </remarks>
public sealed class PartialResults
{
    // Doubles are written with as many digits as they need, so their bits are kept.
    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        IncludeFields = true,
    };

    private readonly PartialFiles? files;
    private readonly string path;
    private readonly HashSet<string> opened = new(StringComparer.Ordinal);

    /// <summary>The parts of a task.</summary>
    /// <param name="files">Where they are kept; null to keep nothing.</param>
    internal PartialResults(PartialFiles? files)
        : this(files, "") { }

    private PartialResults(PartialFiles? files, string path) => (this.files, this.path) = (files, path);

    /// <summary>Keeps nothing: computations outside a task run from beginning to end.</summary>
    public static PartialResults None { get; } = new(null);

    /// <summary>Whether parts are forgotten at once, so that there is no need to collect them.</summary>
    internal bool KeepsNothing => files is null;

    /// <summary>
    /// Whether a part that is written now reaches the disk now: at most once a second, and less often where parts are
    /// large. Intermediate states that are large or change often are worth writing only then.
    /// </summary>
    public bool IsDue => files?.IsDue == true;

    /// <summary>Parts of a step of the task, with names of their own.</summary>
    /// <param name="name">The step's name, used once in each run of the task.</param>
    /// <exception cref="InvalidOperationException">
    /// The name was used before: two steps would take each other's parts.
    /// </exception>
    public PartialResults Section(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (files is null)
        {
            return None;
        }

        lock (opened)
        {
            return opened.Add(name)
                ? new(files, PathOf(name) + Separator)
                : throw new InvalidOperationException($"Two steps of a task keep their parts under the name '{name}'.");
        }
    }

    /// <summary>Reads a part of numbers; null if there is none.</summary>
    /// <param name="name">Its name.</param>
    /// <typeparam name="T">Type of the numbers that were written.</typeparam>
    public T[]? Read<T>(string name)
        where T : unmanaged =>
        files?.Read(PathOf(name)) is { } bytes ? MemoryMarshal.Cast<byte, T>(bytes).ToArray() : null;

    /// <summary>Keeps numbers, bit for bit, in place of an earlier part of the same name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">The numbers.</param>
    /// <typeparam name="T">Type of the numbers.</typeparam>
    public void Write<T>(string name, ReadOnlySpan<T> values)
        where T : unmanaged => files?.Write(PathOf(name), MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>
    /// Takes a result that an earlier run of the task has kept, or computes and keeps it. What the computation kept in
    /// its section is removed then.
    /// </summary>
    /// <param name="name">Its name, used once in each run of the task.</param>
    /// <param name="compute">Computes it; may keep parts of its own in the section that it receives.</param>
    /// <typeparam name="T">
    /// Its type, for example a number, a tuple or a record, which JSON must give back unchanged.
    /// </typeparam>
    /// <exception cref="InvalidOperationException">The name was used before.</exception>
    public T Compute<T>(string name, Func<PartialResults, T> compute)
    {
        ArgumentNullException.ThrowIfNull(compute);
        var section = Section(name);
        if (files?.Read(PathOf(name)) is { } kept)
        {
            return JsonSerializer.Deserialize<T>(kept, Json)!;
        }

        var result = compute(section);
        if (files is not null)
        {
            files.Remove(section.path);
            files.Write(PathOf(name), JsonSerializer.SerializeToUtf8Bytes(result, Json));
        }

        return result;
    }

    // No name contains it.
    private const char Separator = '\n';

    private string PathOf(string name) => path + name;
}
