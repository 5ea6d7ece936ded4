namespace ChainRule.IO;

/// <summary>Files that are there whole or not at all, even when the power fails.</summary>
internal static class AtomicFile
{
    /// <summary>Writes beside the file, brings it to the disk, and renames it into its place.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content.</param>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = $"{path}.{Path.GetRandomFileName()}.tmp"; // the same folder: a rename across disks is a copy
        try
        {
            using (FileStream file = new(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
