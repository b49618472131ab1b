using TransferLens.Studies.Inputs;
using TransferLens.Studies.Storage;

namespace TransferLens.Vision.Images;

/// <summary>The error that the user's cache folder cannot be written.</summary>
internal static class CacheFailure
{
    /// <summary>The error, with its cause.</summary>
    public static InputException Create(Exception cause) =>
        new($"{Problem(cause)} Set TRANSFERLENS_CACHE to a writable folder{Space(cause)}.", cause);

    /// <summary>What is wrong with the cache folder.</summary>
    public static string Problem(Exception cause) =>
        Sentence.IsFullDisk(cause)
            ? $"The disk of the cache folder '{CacheFolder.Of()}' is full."
            : $"The cache folder '{CacheFolder.Of()}' cannot be written ({cause.Message.TrimEnd('.')}).";

    private static string Space(Exception cause) => Sentence.IsFullDisk(cause) ? " with more space, or free some" : "";
}
