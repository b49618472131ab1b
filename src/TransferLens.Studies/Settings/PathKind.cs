namespace TransferLens.Studies.Settings;

/// <summary>What a path must lead to.</summary>
public enum PathKind
{
    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A file.</summary>
    File,

    /// <summary>Either.</summary>
    FileOrFolder,
}
