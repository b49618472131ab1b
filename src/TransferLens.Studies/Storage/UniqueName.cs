namespace TransferLens.Studies.Storage;

/// <summary>Names of drafts and other files that must not collide with those of any process on any machine.</summary>
internal static class UniqueName
{
    /// <summary>32 random hexadecimal digits. Never part of a result or of a task's key.</summary>
    public static string Create() => Guid.NewGuid().ToString("n");
}
