using TransferLens.Studies.Inputs;
using TransferLens.Studies.Storage;

namespace TransferLens.Vision.Images;

/// <summary>The error that the user's cache folder cannot be written.</summary>
internal static class CacheFailure
{
    /// <summary>The error, with its cause; a full disk is reported as such.</summary>
    public static Exception Create(Exception cause) =>
        Sentence.IsFullDisk(cause)
            ? cause
            : new InputException(
                $"The cache folder '{CacheFolder.Of()}' cannot be written ({cause.Message.TrimEnd('.')}). "
                    + "Set TRANSFERLENS_CACHE to a writable folder.",
                cause
            );
}
