namespace TransferLens.Studies.Storage;

/// <summary>Names of drafts and other files that must not collide with those of any process on any machine.</summary>
internal static class UniqueName
{
    /// <summary>32 random hexadecimal digits. Never part of a result or of a task's key.</summary>
#pragma warning disable RS0030 // Two machines that share a folder have nothing else that tells them apart for certain.
    public static string Create() => Guid.NewGuid().ToString("n");
#pragma warning restore RS0030
}
