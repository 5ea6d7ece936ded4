using System.Runtime.InteropServices;

namespace ChainRule.Formats;

/// <summary>
/// The C interface of libturbojpeg, version 2, which version 3 has too; found when it is first needed.
/// </summary>
internal static unsafe class TurboJpeg
{
    /// <summary>The environment variable that names the library's file.</summary>
    public const string Variable = "CHAINRULE_TURBOJPEG";

    private const int WarningCode = 0, StopOnWarning = 8192, LimitScans = 32768;

    private static readonly string[] Names = OperatingSystem.IsWindows()
        ? ["turbojpeg", "libturbojpeg", @"C:\libjpeg-turbo64\bin\turbojpeg.dll"]
        : OperatingSystem.IsMacOS()
            ? ["libturbojpeg.0.dylib", "libturbojpeg.dylib", "/opt/homebrew/lib/libturbojpeg.dylib",
                "/usr/local/lib/libturbojpeg.dylib", "/opt/homebrew/opt/jpeg-turbo/lib/libturbojpeg.dylib"]
            : ["libturbojpeg.so.0", "libturbojpeg.so", "/opt/libjpeg-turbo/lib64/libturbojpeg.so"];

    private static readonly Lazy<Functions?> Library = new(Load);

    public enum Points
    {
        Rgb = 0,
        Grey = 6,
        Cmyk = 11,
    }

    public static bool IsFound => Library.Value is not null;

    /// <summary>What was looked for, for errors.</summary>
    public static string Looked => string.Join(", ", Candidates());

    /// <summary>Decodes a picture whose header was checked.</summary>
    /// <returns>Null, or what the library complains of.</returns>
    public static string? Decode(
        ReadOnlySpan<byte> content, JpegHeader header, Points points, bool strict, byte[] pixels)
    {
        Functions library = Library.Value!;
        nint decoder = library.Init();
        if (decoder == 0) return "the library gave no decoder";
        try
        {
            fixed (byte* from = content, to = pixels)
            {
                int flags = LimitScans | (strict ? StopOnWarning : 0);
                int code = library.Decompress(decoder, from, new CULong((nuint)content.Length), to,
                    header.Width, 0, header.Height, (int)points, flags);
                if (code == 0 || (!strict && library.ErrorCode(decoder) == WarningCode)) return null;
                return Marshal.PtrToStringUTF8(library.ErrorText(decoder)) ?? "no reason";
            }
        }
        finally
        {
            library.Destroy(decoder);
        }
    }

    private static IEnumerable<string> Candidates() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? [named] : Names;

    private static Functions? Load()
    {
        foreach (string name in Candidates())
        {
            if (NativeLibrary.TryLoad(name, out nint library) && Functions.Find(library) is { } found) return found;
        }
        return null;
    }

    private sealed class Functions
    {
        private readonly delegate* unmanaged[Cdecl]<nint> _init;
        private readonly delegate* unmanaged[Cdecl]<nint, byte*, CULong, byte*, int, int, int, int, int, int>
            _decompress;
        private readonly delegate* unmanaged[Cdecl]<nint, nint> _errorText;
        private readonly delegate* unmanaged[Cdecl]<nint, int> _errorCode, _destroy;

        private Functions(nint init, nint decompress, nint errorText, nint errorCode, nint destroy)
        {
            _init = (delegate* unmanaged[Cdecl]<nint>)init;
            _decompress =
                (delegate* unmanaged[Cdecl]<nint, byte*, CULong, byte*, int, int, int, int, int, int>)decompress;
            _errorText = (delegate* unmanaged[Cdecl]<nint, nint>)errorText;
            _errorCode = (delegate* unmanaged[Cdecl]<nint, int>)errorCode;
            _destroy = (delegate* unmanaged[Cdecl]<nint, int>)destroy;
        }

        public static Functions? Find(nint library) =>
            NativeLibrary.TryGetExport(library, "tjInitDecompress", out nint init)
            && NativeLibrary.TryGetExport(library, "tjDecompress2", out nint decompress)
            && NativeLibrary.TryGetExport(library, "tjGetErrorStr2", out nint errorText)
            && NativeLibrary.TryGetExport(library, "tjGetErrorCode", out nint errorCode)
            && NativeLibrary.TryGetExport(library, "tjDestroy", out nint destroy)
                ? new Functions(init, decompress, errorText, errorCode, destroy) : null;

        public nint Init() => _init();

        public int Decompress(nint decoder, byte* from, CULong length, byte* to, int width, int pitch, int height,
            int points, int flags) => _decompress(decoder, from, length, to, width, pitch, height, points, flags);

        public nint ErrorText(nint decoder) => _errorText(decoder);

        public int ErrorCode(nint decoder) => _errorCode(decoder);

        public void Destroy(nint decoder) => _destroy(decoder);
    }
}
