using System.Text;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Pickles;

namespace TransferLens.Vision.Formats;

/// <summary>
/// Reads a pickle of plain data and NumPy arrays, without executing anything: of the names that a pickle may call, it
/// knows only those that NumPy's arrays need.
/// </summary>
internal sealed class DataPickle : IPickleObjects
{
    private readonly string path;

    private DataPickle(string path) => this.path = path;

    /// <summary>The value in a pickle; see <see cref="PickleMachine"/> for its types.</summary>
    /// <param name="pickle">The pickle.</param>
    /// <param name="path">Its file, for messages.</param>
    /// <exception cref="InputException">It is damaged, or needs something else than plain data.</exception>
    public static object? Read(byte[] pickle, string path) => new PickleMachine(pickle, new DataPickle(path)).Run();

    /// <summary>A value as text: text of Python 2 may be bytes.</summary>
    public static string? Text(object? value) =>
        value is byte[] bytes ? Encoding.Latin1.GetString(bytes) : value as string;

    /// <inheritdoc/>
    public bool Allows(PickleGlobal global) => PickledNumpy.Contains(global);

    /// <inheritdoc/>
    public bool AllowsAttribute(PickleGlobal attribute) => false;

    /// <inheritdoc/>
    public bool AllowsCall(PickleGlobal global) => true; // Of those that it allows.

    /// <inheritdoc/>
    public bool AllowsCall(Opaque made) => false;

    /// <inheritdoc/>
    public object? Construct(PickleGlobal global, object?[] arguments) =>
        PickledNumpy.Construct(global, arguments) ?? throw Broken($"its pickle calls {global}");

    /// <inheritdoc/>
    public void Build(object? target, object? state)
    {
        if (!PickledNumpy.Build(target, state))
        {
            throw Broken("its pickle sets the state of what is no array");
        }
    }

    /// <inheritdoc/>
    public object? Find(object? persistentId) => throw Broken("its pickle has parts in another file");

    /// <inheritdoc/>
    public InputException Refusal(PickleGlobal global) =>
        new($"'{path}' is refused: its pickle asks for {global}, which is not part of an array and could run code.");

    /// <inheritdoc/>
    public InputException Broken(string why) => new($"'{path}' is not a pickle of plain data: {why}; get it again.");
}
