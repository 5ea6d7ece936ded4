namespace ChainRule.Formats;

/// <summary>The checksum of PNG chunks: CRC-32 of ISO 3309, reflected polynomial EDB88320.</summary>
internal static class PngChecksum
{
    private static readonly uint[] Table = MakeTable();

    /// <summary>Checksum of a chunk's type and data.</summary>
    internal static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes) crc = Table[(byte)crc ^ b] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint c = i;
            for (int bit = 0; bit < 8; bit++) c = (c & 1) != 0 ? (c >> 1) ^ 0xEDB88320 : c >> 1;
            table[i] = c;
        }
        return table;
    }
}
