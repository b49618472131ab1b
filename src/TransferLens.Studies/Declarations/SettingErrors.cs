using TransferLens.Studies.Inputs;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Declarations;

/// <summary>
/// Creates errors about settings that are each valid, but not together. Messages give file, line and key.
/// </summary>
public sealed class SettingErrors
{
    private readonly StudyNode? node;
    private readonly string name;

    internal SettingErrors(StudyNode? node, string name) => (this.node, this.name) = (node, name);

    /// <summary>Creates the error that a setting is wrong.</summary>
    /// <param name="setting">Its key.</param>
    /// <param name="problem">What is wrong, for example <c>is 1, but must be 0 or at least 2.</c></param>
    public InputException Wrong(string setting, string problem) =>
        node?.WrongKey(setting, problem) ?? new InputException($"{name}.{setting} {problem}");
}
