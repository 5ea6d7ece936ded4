using System.Globalization;

namespace ChainRule.Reports;

/// <summary>
/// Letters as strokes. A glyph is its width and its strokes, separated by bars; a stroke is places "x y" joined by
/// lines, and arcs "o x y rx ry from to" of ellipses around x, y, in degrees, 0 to the right and 90 downwards. Capitals
/// are 18 units high, y = 0 at their top and 18 at the base line; small letters begin at 6.
/// </summary>
internal static class StrokeFont
{
    /// <summary>Units of a line's height.</summary>
    public const double Em = 25;

    /// <summary>Height of the base line.</summary>
    public const double BaseLine = 18;

    private const double Gap = 3.4;                                      // between letters

    private static readonly Dictionary<char, Glyph> Glyphs = Read(
        """
          5 0 0
        ! 2 1 0 1 12|1 17.4 1 17.8
        " 5 1 0 1 5|4.5 0 4.5 5
        # 11 4 1 2 18|9 1 7 18|1 6 11 6|0 12 10 12
        $ 10 o 5 4.6 4.8 4.6 330 90 o 5 13.4 5 4.6 270 510|5 -2 5 20
        % 15 14 0 2 18|o 3.5 4 3.5 4 0 360|o 12 14 3.5 4 0 360
        & 12 12 18 2.5 5.5 o 5 3.5 3 3.5 145 395 3 9 o 4.5 13.5 4.5 4.5 250 30 11 10
        ' 2 1 0 1 5
        ( 4 o 7 9 6.5 11 240 120
        ) 4 o -3 9 6.5 11 -60 60
        * 8 4 1 4 9|0.5 3 7.5 7|7.5 3 0.5 7
        + 10 0 11 10 11|5 6 5 16
        , 2 1.2 17 0 21
        - 7 0 12 7 12
        . 2 1 17.4 1 17.8
        / 8 8 -1 0 20
        0 10 o 5 9 5 9 0 360
        1 10 1.5 4 5.5 0 5.5 18|1.5 18 9.5 18
        2 10 o 5 5 5 5 190 390 0 18 10 18
        3 10 o 5 4.5 4.5 4.5 200 450|o 5 13.5 5 4.5 270 520
        4 10 7.5 18 7.5 0 0 12.5 10 12.5
        5 10 9 0 1.6 0 0.9 7.8 o 4.7 12 5.3 6 225 510
        6 10 o 5 12.5 5 5.5 180 540|0 12.5 o 9 12.5 9 12.5 180 262
        7 10 0 0 10 0 3.5 18
        8 10 o 5 4.4 4.3 4.4 0 360|o 5 13.4 5 4.6 0 360
        9 10 o 5 5.5 5 5.5 0 360|10 5.5 o 1 5.5 9 12.5 0 82
        : 2 1 8 1 8.4|1 17.4 1 17.8
        ; 2 1 8 1 8.4|1.2 17 0 21
        < 10 10 5 0 11 10 17
        = 10 0 9 10 9|0 14 10 14
        > 10 0 5 10 11 0 17
        ? 8 o 4 4 4 4 190 450 4 12|4 17.4 4 17.8
        @ 16 o 8 10 3.5 4 0 360|11.5 6 11.5 11.5 o 13.7 11.5 2.2 3 180 0 o 8 10 8 9.5 10 -300
        A 12 0 18 6 0 12 18|2 12 10 12
        B 10 0 0 0 18 5.5 18 o 5.5 13.5 4.5 4.5 90 -90 0 9|5 9 o 5 4.5 4.2 4.5 90 -90 0 0
        C 11 o 6 9 6 9 315 45
        D 11 0 0 0 18 4 18 o 4 9 7 9 90 -90 0 0
        E 9 9 0 0 0 0 18 9 18|0 9 8 9
        F 9 9 0 0 0 0 18|0 9 8 9
        G 12 o 6 9 6 9 315 0 7 9
        H 11 0 0 0 18|11 0 11 18|0 9 11 9
        I 2 1 0 1 18
        J 8 8 0 8 13 o 4 13 4 5 0 180
        K 10 0 0 0 18|10 0 0 11|3.5 8 10 18
        L 9 0 0 0 18 9 18
        M 13 0 18 0 0 6.5 12 13 0 13 18
        N 11 0 18 0 0 11 18 11 0
        O 13 o 6.5 9 6.5 9 0 360
        P 10 0 18 0 0 5 0 o 5 5 5 5 -90 90 0 10
        Q 13 o 6.5 9 6.5 9 0 360|8 13 13 19
        R 10 0 18 0 0 5 0 o 5 5 4.8 5 -90 90 0 10|5 10 10 18
        S 10 o 5 4.6 4.8 4.6 330 90 o 5 13.4 5 4.6 270 510
        T 11 0 0 11 0|5.5 0 5.5 18
        U 11 0 0 0 12.5 o 5.5 12.5 5.5 5.5 180 0 11 0
        V 11 0 0 5.5 18 11 0
        W 16 0 0 4 18 8 3 12 18 16 0
        X 11 0 0 11 18|11 0 0 18
        Y 11 0 0 5.5 9 11 0|5.5 9 5.5 18
        Z 10 0 0 10 0 0 18 10 18
        [ 4 4 -1 0 -1 0 21 4 21
        \ 8 0 -1 8 20
        ] 4 0 -1 4 -1 4 21 0 21
        ^ 8 0 6 4 0 8 6
        _ 10 0 21 10 21
        ` 4 0 0 3 4
        a 9.5 o 4.75 12 4.75 6 0 360|9.5 6 9.5 18
        b 9.5 0 0 0 18|o 4.75 12 4.75 6 0 360
        c 8.5 o 5 12 5 6 310 50
        d 9.5 9.5 0 9.5 18|o 4.75 12 4.75 6 0 360
        e 9.5 0 12 9.5 12 o 4.75 12 4.75 6 0 -310
        f 6 o 7 4 4 4 270 180 3 18|0 6 6.5 6
        g 9.5 o 4.75 12 4.75 6 0 360|9.5 6 9.5 19 o 4.75 19 4.75 5 0 150
        h 9 0 0 0 18|0 11 o 4.5 11 4.5 5 180 360 9 18
        i 2 1 6 1 18|1 1.2 1 1.6
        j 3 2.5 6 2.5 20 o -0.5 20 3 4 0 90|2.5 1.2 2.5 1.6
        k 8.5 0 0 0 18|8 6 0 13.5|3 10.8 8.5 18
        l 2 1 0 1 18
        m 15 0 6 0 18|0 10 o 3.75 10 3.75 4 180 360 7.5 18|7.5 10 o 11.25 10 3.75 4 180 360 15 18
        n 9 0 6 0 18|0 11 o 4.5 11 4.5 5 180 360 9 18
        o 10 o 5 12 5 6 0 360
        p 9.5 0 6 0 24|o 4.75 12 4.75 6 0 360
        q 9.5 9.5 6 9.5 24|o 4.75 12 4.75 6 0 360
        r 6 0 6 0 18|0 11 o 5 11 5 5 180 290
        s 8 o 4 9.1 3.8 3.1 335 90 o 4 15 4 3 270 515
        t 6.5 3 1.5 3 15 o 6 15 3 3 180 90|0 6 6.5 6
        u 9 0 6 0 13 o 4.5 13 4.5 5 180 0 9 6|9 6 9 18
        v 9 0 6 4.5 18 9 6
        w 14 0 6 3.5 18 7 7 10.5 18 14 6
        x 9 0 6 9 18|9 6 0 18
        y 9 0 6 4.5 18|9 6 4.5 18 2.5 24
        z 8.5 0 6 8.5 6 0 18 8.5 18
        { 5 5 -1 2.5 1 2.5 8 0 10 2.5 12 2.5 19 5 21
        } 5 0 -1 2.5 1 2.5 8 5 10 2.5 12 2.5 19 0 21
        ~ 10 0 13 o 2.5 13 2.5 3 180 360 o 7.5 13 2.5 3 180 0
        ± 10 0 9 10 9|5 4 5 14|0 18 10 18
        × 9 0 6.5 9 15.5|9 6.5 0 15.5
        · 2 1 11 1 11.4
        ° 6 o 3 3 3 3 0 360
        µ 9 0 6 0 24|0 13 o 4.5 13 4.5 5 180 0 9 6|9 6 9 18
        − 10 0 11 10 11
        – 10 0 12 10 12
        … 12 1 17.4 1 17.8|6 17.4 6 17.8|11 17.4 11 17.8
        """);

    // A letter that the font does not have is an empty box; a bar, which separates strokes above, is made here.
    private static readonly Glyph Unknown = Parse(9, "0 0 9 0 9 18 0 18 0 0"), Bar = Parse(2, "1 -2 1 22");

    private static readonly Glyph NoBreakSpace = new(5, []);

    /// <summary>Width of a text, in the unit of the size.</summary>
    public static double Width(string text, double size)
    {
        double units = -Gap;
        foreach (char letter in text) units += Advance(letter);
        return Math.Max(0, units) * size / Em;
    }

    /// <summary>Room that a text needs in whatever font an SVG viewer takes: some are wider up to this.</summary>
    public static double Room(string text, double size) => 1.12 * Width(text, size);

    /// <summary>Units from a letter to the next.</summary>
    public static double Advance(char letter) => Of(letter).Width + Gap;

    /// <summary>A letter's strokes, in units.</summary>
    public static Spot[][] StrokesOf(char letter) => Of(letter).Strokes;

    private static Glyph Of(char letter) => letter switch
    {
        '|' => Bar,
        '\u00A0' => NoBreakSpace,
        _ => Glyphs.GetValueOrDefault(letter, Unknown),
    };

    private static Dictionary<char, Glyph> Read(string table)
    {
        Dictionary<char, Glyph> glyphs = [];
        foreach (string line in table.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int space = line.IndexOf(' ', 2);
            glyphs.Add(line[0], Parse(Number(line[2..space]), line[(space + 1)..].TrimEnd('\r')));
        }
        return glyphs;
    }

    private static Glyph Parse(double width, string strokes) => new(width, [.. strokes.Split('|').Select(Stroke)]);

    private static Spot[] Stroke(string stroke)
    {
        string[] words = stroke.Split(' ');
        List<Spot> spots = [];
        for (int i = 0; i < words.Length;)
        {
            if (words[i] != "o")
            {
                spots.Add(new Spot(Number(words[i]), Number(words[i + 1])));
                i += 2;
                continue;
            }
            double[] arc = [.. words[(i + 1)..(i + 7)].Select(Number)];
            int steps = (int)Math.Ceiling(Math.Abs(arc[5] - arc[4]) / 15);
            for (int step = 0; step <= steps; step++)
            {
                double angle = (arc[4] + (arc[5] - arc[4]) * step / steps) * Math.PI / 180;
                spots.Add(new Spot(arc[0] + arc[2] * Math.Cos(angle), arc[1] + arc[3] * Math.Sin(angle)));
            }
            i += 7;
        }
        return [.. spots];
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private sealed record Glyph(double Width, Spot[][] Strokes);
}
