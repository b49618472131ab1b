namespace TransferLens.Vision.Images;

/// <summary>Decoded images of one run, for a cache folder that cannot be written.</summary>
internal static class TemporaryImages
{
    /// <summary>Decodes images into a new temporary folder, which is removed when the set is disposed.</summary>
    /// <param name="build">Decodes the images into a folder.</param>
    /// <param name="cause">Why the cache folder cannot be used.</param>
    /// <exception cref="TransferLens.Studies.Inputs.InputException">
    /// The data cannot be used, or the temporary folder cannot be written either.
    /// </exception>
    public static ImageSet Build(Action<string> build, Exception cause)
    {
        DirectoryInfo? folder = null;
        try
        {
            folder = Directory.CreateTempSubdirectory("transferlens-images-");
            build(folder.FullName);
            return ImageCache.Open(
                folder.FullName,
                $"{CacheFailure.Problem(cause)} The decoded images are kept in a temporary folder, for this command "
                    + "only. "
                    + "To keep them, set TRANSFERLENS_CACHE to a writable folder."
            );
        }
        catch (Exception failure)
        {
            folder?.Delete(recursive: true);
            if (failure is IOException or UnauthorizedAccessException)
            {
                throw CacheFailure.Create(cause);
            }

            throw;
        }
    }
}
