using System.Reflection;
using System.Runtime.InteropServices;

namespace ChainRule.Bench;

/// <summary>
/// Finds the libraries of the peers by name when they are first asked for; none is needed to build or to run.
/// </summary>
internal static class NativePeer
{
    public const string OneDnn = "peer-onednn";
    public const string OpenBlas = "peer-openblas";
    public const string OpenMp = "peer-openmp";

    private static readonly Dictionary<string, string[]> FileNames = new()
    {
        [OneDnn] = ["libdnnl.so.2", "libdnnl.so.3"],
        [OpenBlas] = ["libopenblas.so.0", "libopenblas.so"],
        [OpenMp] = ["libgomp.so.1"],
    };

    private static readonly Dictionary<string, nint> Loaded = [];

    static NativePeer() =>
        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), static (name, _, _) => Load(name));

    /// <summary>
    /// Whether the library is there; if not, the reason says what was looked for and what would bring it.
    /// </summary>
    public static bool IsThere(string library, string package, out string reason)
    {
        bool found = Load(library) != 0;
        reason = found
            ? ""
            : $"{string.Join(" or ", FileNames[library])} was not found (Debian: apt-get install {package})";
        return found;
    }

    private static nint Load(string library)
    {
        if (Loaded.TryGetValue(library, out nint handle)) return handle;
        foreach (string file in FileNames.GetValueOrDefault(library, []))
        {
            if (NativeLibrary.TryLoad(file, out handle)) break;
        }
        return Loaded[library] = handle;
    }
}
