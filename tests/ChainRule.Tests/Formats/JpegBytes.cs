namespace ChainRule.Tests.Formats;

/// <summary>
/// Small JPEG files of 16 x 8 points as Pillow 9.4 wrote them; the colours are r = 15 x, g = 30 y, b = 10 (x + y).
/// </summary>
internal static class JpegBytes
{
    internal const string Colour =
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMU"
        + "FRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU"
        + "FBQUFBQUFBT/wAARCAAIABADASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUF"
        + "BAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVW"
        + "V1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi"
        + "4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAEC"
        + "AxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVm"
        + "Z2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq"
        + "8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDw3wZ+yp/q/wDQ/wDx2vePBn7Kn+r/AND/APHaKK8/KMyxOnvHyXAXGOce5+9/r7z/2Q==";

    internal const string Progressive =
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMU"
        + "FRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU"
        + "FBQUFBQUFBT/wgARCAAIABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAb/xAAVAQEBAAAAAAAAAAAAAAAAAAAEBf/a"
        + "AAwDAQACEAMQAAABhrwPI//EABYQAAMAAAAAAAAAAAAAAAAAAAAEBv/aAAgBAQABBQJOVE5U/8QAGBEAAgMAAAAAAAAAAAAAAAAA"
        + "AAUEISL/2gAIAQMBAT8BQuJlaP/EABcRAAMBAAAAAAAAAAAAAAAAAAADBFH/2gAIAQIBAT8BkpZp/8QAFhAAAwAAAAAAAAAAAAAA"
        + "AAAAAAEi/9oACAEBAAY/AlAoP//EABUQAQEAAAAAAAAAAAAAAAAAAADx/9oACAEBAAE/IZiY/9oADAMBAAIAAwAAABAH/8QAFhEA"
        + "AwAAAAAAAAAAAAAAAAAAANHw/9oACAEDAQE/ELbP/8QAFREBAQAAAAAAAAAAAAAAAAAAACH/2gAIAQIBAT8QlP/EABQQAQAAAAAA"
        + "AAAAAAAAAAAAABD/2gAIAQEAAT8QMY//2Q==";

    internal const string Grey =
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMU"
        + "FRUVDA8XGBYUGBIUFRT/wAALCAAIABABAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUF"
        + "BAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVW"
        + "V1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi"
        + "4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/APDfBn7Kn+r/AND/APHa948Gfsqf6v8A0P8A8dr/2Q==";

    internal const string Cmyk =
        "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggLCAkKCgoK"
        + "CgYICwwLCgwJCgoK/8AAFAgACAAQBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIB"
        + "AwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZH"
        + "SElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV"
        + "1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD80f8Agnd/y4/8BryP/iHc/wCpG/8AJb/61fC/7JP7JP8A"
        + "x6/8Sz0/gr9/K/eD/gnd/wAuP/AaP+Idz/qRv/Jb/wCtX6gfsk/sk/8AHr/xLPT+Civ/2Q==";

    internal static byte[] Of(string text) => Convert.FromBase64String(text);

    /// <summary>A file with EXIF data that give its orientation, among entries of other kinds.</summary>
    internal static byte[] Lying(byte[] file, int orientation, bool little)
    {
        byte[] exif =
        [
            .. "Exif\0\0"u8, .. little ? "II*\0"u8 : "MM\0*"u8, .. Four(8), .. Two(3),
            .. Two(0x010F), .. Two(2), .. Four(4), .. "Cam\0"u8,              // the camera's maker
            .. Two(0x0112), .. Two(3), .. Four(1), .. Two(orientation), .. Two(0),
            .. Two(0x0128), .. Two(3), .. Four(1), .. Two(2), .. Two(0), .. Four(0),
        ];
        int length = exif.Length + 2;
        return [.. file[..20], 0xFF, 0xE1, (byte)(length >> 8), (byte)length, .. exif, .. file[20..]];

        byte[] Two(int n) => little ? [(byte)n, (byte)(n >> 8)] : [(byte)(n >> 8), (byte)n];
        byte[] Four(int n) => little ? [.. Two(n), 0, 0] : [0, 0, .. Two(n)];
    }
}
