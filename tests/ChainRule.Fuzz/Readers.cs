using System.Text;
using ChainRule.Data;
using ChainRule.Formats;
using ChainRule.IO;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Tests.Formats;
using ChainRule.Training;

namespace ChainRule.Fuzz;

/// <summary>All readers of files, with small files that they read.</summary>
internal static class Readers
{
    // Of deflate: 258 bytes from 2 bits.
    private const int Ratio = 1032;

    // What readers of packed files take before they know how much comes, and once more as it grows.
    private const int FirstBuffer = 2 << 20;

    private static readonly StepFileOptions Steps = new() { Separators = ["<>", "<end>"], Comment = "#" };

    public static IReadOnlyList<FileReader> All { get; } =
    [
        new("safetensors", SafeTensorFiles, path => SafeTensors.Read(path), 200, Structures.LengthAndText),
        new("checkpoint",
            () => [Checkpoint(epochs: 2), Unsummed(Checkpoint(epochs: 2)), Unsummed(Checkpoint(epochs: 1))], Resume,
            200, Structures.LengthAndText),
        new("transforms", TransformFiles, path => SavedTransforms.Load(path), 200, Structures.LengthAndText),
        new("idx", IdxFiles, path => Idx.Read(path), 4),
        new("idx.gz", () => [.. IdxFiles().Append([0, 0, 8, 1, 0, 1, 0, 0, .. new byte[1 << 16]]).Select(Gzip)],
            path => Idx.Read(path), 4 * Ratio, Structures.Gzip) { Constant = FirstBuffer },
        new("npy", NpyFiles, path => Npy.Read(path), 16, Structures.Npy),
        new("npz", NpzFiles, path => Npz.Read(path), 4 * Ratio, Structures.Zip) { Constant = FirstBuffer },
        new("csv", CsvFiles, ReadTable, 200),
        new("csv.gz", () => [.. CsvFiles().Select(Gzip)], ReadTable, 200 * Ratio, Structures.Gzip),
        new("png", PngFiles, path => PngImage.Read(path), 8 * Ratio, Structures.Png) { Constant = FirstBuffer },
        new("jpeg", JpegFiles, path => Picture.Read(path, ImageDecoder.Upright(ImageDecoder.Jpeg())), 8192,
            Structures.Jpeg)
        {
            Missing = () => TurboJpeg.IsFound ? null : "libturbojpeg is not installed",
        },
        new("cifar", CifarFiles, path => Cifar10.Read(path), 8),
        new("cifar.gz", () => [.. CifarFiles().Select(Gzip)], path => Cifar10.Read(path), 8 * Ratio, Structures.Gzip),
        new("text", TextFiles, path => Vocabulary.OfCharacters(TextFile.Read(path) + "."), 200),
        new("vocabulary", () => [[.. "<pad>\n<unk>\nthe\n\\n\n\\\\\n"u8]], path => Vocabulary.Read(path), 200),
        new("lines", LineFiles, path => ToDataset(LabelledSequences.ReadLines(path)), 500),
        new("steps", StepFiles, path => ToDataset(LabelledSequences.ReadSteps(path, Steps)), 500),
        new("fasta", FastaFiles, path => ToDataset(LabelledSequences.ReadFasta(path, r => r.Identifier)), 500),
        new("fasta.steps", () => [[.. ">a\nMKV\nL\n>a\nHH-\n_\n>b\nAC\n>b\n01\n"u8]],
            path => ToDataset(LabelledSequences.ReadFastaSteps(path)), 500),
        new("svmlight", SvmLightFiles, ReadSparse, 200),
        new("events", EventFiles, path => EventReader.Read(path).Count(), 64, Structures.Records),
    ];

    private static byte[][] SafeTensorFiles()
    {
        (string, Tensor)[] tensors =
        [
            ("weight", Tensor.Arange(0, 12).Reshape(3, 4)), ("bias", Tensor.Arange(0, 3, dtype: DType.Float64)),
            ("count", Tensor.From(7L)), ("scalar", Tensor.Scalar(2)), ("empty", Tensor.Zeros([0, 5])),
            ("small", Tensor.From<byte>(1, 2, 3)), ("mask", Tensor.From(true, false)), ("index", Tensor.From(4, 5)),
        ];
        return
        [
            Written(path => SafeTensors.Write(path, tensors, new Dictionary<string, string> { ["note"] = "text" })),
            Written(path => SafeTensors.Write(path, [tensors[0]])),
            Written(path => SafeTensors.Write(path, [])),
        ];
    }

    private static byte[][] TransformFiles()
    {
        TensorDataset data = new(Tensor.Randn([9, 3], new Rng(1)), Tensor.Zeros([9]));
        Transform[] all =
        [
            new Scale(0.5f), Standardize.Fit(data), MinMax.Fit(data), Decorrelate.Fit(data, Decorrelation.Pca, 2),
            Decorrelate.Fit(data, Decorrelation.ZcaWhitening, 1), new FlattenSamples(),
            new TfIdf([1, 2.5, 1.5], sublinear: true), new NormalizeSamples(SampleNorm.L1), new Binarize(0.5),
        ];
        Linear model = new(2, 1);
        return [Written(path => model.Save(path, all)), Written(path => model.Save(path, all[3..5]))];
    }

    private static byte[][] IdxFiles() =>
    [
        [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2, .. Enumerable.Range(0, 12).Select(i => (byte)i)],
        [0, 0, 8, 1, 0, 0, 0, 4, 3, 1, 2, 0],
        [0, 0, 13, 1, 0, 0, 0, 2, 63, 128, 0, 0, 0, 0, 0, 0],
        [0, 0, 14, 2, 0, 0, 0, 1, 0, 0, 0, 1, 63, 240, 0, 0, 0, 0, 0, 0],
    ];

    private static byte[][] CsvFiles()
    {
        StringBuilder plain = new("length,width,kind\n"), quoted = new("name;size;\"the \"\"class\"\"\"\r\n");
        StringBuilder blanks = new(), classes = new("12,2,no,yes\n");
        for (int i = 0; i < 12; i++)
        {
            plain.Append($"{i},{i * i}.5,{(i % 2 == 0 ? "a" : "b")}\n");
            quoted.Append($"\"x, {i % 3}\";{i},5;{i % 2}\r\n");
            blanks.Append($"{i}  {i + 1} {i % 3}\n");
            classes.Append($"{i},{-i},{i % 2}\n");
        }
        return [.. new[] { plain, quoted, blanks, classes }.Select(text => Encoding.UTF8.GetBytes(text.ToString()))];
    }

    private static byte[][] NpyFiles() =>
    [
        Written(path => Npy.Write(path, Tensor.Arange(0, 12).Reshape(3, 4))),
        Written(path => Npy.Write(
            path, Tensor.Arange(0, 12, dtype: DType.Float64).Reshape(2, 3, 2), fortranOrder: true)),
        Written(path => Npy.Write(path, Tensor.From(true, false, true))),
        Written(path => Npy.Write(path, Tensor.From(7L))),
    ];

    private static byte[][] NpzFiles()
    {
        (string, Tensor)[] tensors = [("x", Tensor.Arange(0, 4)), ("flags", Tensor.From(true, false))];
        (string, Tensor)[] large = [("zeros", Tensor.Zeros([1 << 14]))];
        return
        [
            Written(path => Npz.Write(path, tensors)), Written(path => Npz.Write(path, tensors, compress: true)),
            Written(path => Npz.Write(path, large, compress: true)),
        ];
    }

    // Of a table too small to be parted no place is wrong: it is only read.
    private static void ReadTable(string path)
    {
        CsvTable table = CsvTable.Read(path);
        if (table.Columns.Count > 1 && table.RowCount > 4) CsvDataset.From(table);
    }

    private static byte[][] PngFiles()
    {
        byte[] points = [.. Enumerable.Range(0, 7 * 5 * 4).Select(i => (byte)(i * 13))];
        byte[] grey = [.. points.Select(p => (byte)(p >> 7))];
        return
        [
            new PngImage(7, 5, 1, points[..35]).Encode(), new PngImage(7, 5, 3, points[..105]).Encode(),
            new PngImage(7, 5, 4, points).Encode(), new PngImage(1, 1, 2, [1, 2]).Encode(),
            Structures.PngFile(7, 5, depth: 1, colour: 3, interlaced: false, palette: [0, 0, 0, 255, 255, 255],
                [.. Enumerable.Range(0, 5).SelectMany(y => new byte[] { 0, grey[y] })]),
            Structures.PngFile(
                2, 2, depth: 16, colour: 0, interlaced: false, palette: null, [0, 1, 2, 3, 4, 1, 1, 2, 3, 4]),
            Structures.PngFile(2, 2, depth: 8, colour: 0, interlaced: true, palette: null, [0, 9, 0, 8, 0, 7, 6]),
        ];
    }

    private static byte[][] JpegFiles() =>
    [
        JpegBytes.Of(JpegBytes.Colour), JpegBytes.Of(JpegBytes.Progressive), JpegBytes.Of(JpegBytes.Grey),
        JpegBytes.Of(JpegBytes.Cmyk), JpegBytes.Lying(JpegBytes.Of(JpegBytes.Colour), 6, little: true),
        JpegBytes.Lying(JpegBytes.Of(JpegBytes.Grey), 7, little: false),
    ];

    private static byte[][] CifarFiles()
    {
        byte[] pixels = [.. Enumerable.Range(0, 3072).Select(i => (byte)(i * 7))];
        return [[3, .. pixels], [0, .. pixels, 9, .. pixels]];
    }

    private static byte[][] TextFiles() =>
        [[.. "First Citizen:\r\nÜber alles, 猫 and 😀.\n"u8], [0xEF, 0xBB, 0xBF, .. "a\rb\n\n"u8]];

    private static byte[][] LineFiles() =>
        [[.. "Class\tExample\nearn\tnet up, net down\nacq\tbuys 3.5 mln\n\nearn\tup\n"u8], [.. "a\tb"u8]];

    private static byte[][] StepFiles() =>
        [[.. "# note\n<>\nG _\nV  e\n<end>\n<>\nK\th\n"u8], [.. "EU NNP B-ORG\nrejects VBZ O\n\nPeter NNP B-PER\n"u8]];

    private static byte[][] FastaFiles() =>
        [[.. ">sp|P1 first protein\r\nMKVA\r\nLl*\r\n\r\n; a remark\r\n>P2\r\nAC-G GT\r\n"u8], [.. ">a\nb"u8]];

    private static byte[][] SvmLightFiles() =>
        [[.. "# a note\n+1 1:0.5 4:-2e1 # first\r\n\n-1 qid:7 2:1\n"u8], [.. "2.5 1:1 2:3 9:1\n0 3:1"u8]];

    // What is dense is as wide as the largest index says, whatever the file's size.
    private static void ReadSparse(string path)
    {
        SvmLight table = SvmLight.Read(path);
        SparseDataset data = table.ToDataset();
        if (table.Rows.Width <= 64) data.All();
    }

    private static void ToDataset(LabelledSequences sequences) => sequences.ToDataset(
        Vocabulary.OfWords(sequences.Items.Select(i => i.Tokens)), sequences.ClassNames).All();

    private static byte[][] EventFiles()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("chainrule-fuzz-");
        try
        {
            using (EventWriter events = new(folder.FullName))
            {
                events.AddScalar("loss", 0.3, step: 1);
                events.AddHistogram("weights", Tensor.Arange(0, 40), step: 1);
                events.AddText("note", "text", step: 2);
                events.AddStart(3);
            }
            return [File.ReadAllBytes(Directory.GetFiles(folder.FullName).Single())];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static byte[] Checkpoint(int epochs)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("chainrule-fuzz-");
        try
        {
            (Trainer trainer, DataLoader data) = Training(new Checkpoints(folder.FullName));
            trainer.Fit(data, data, epochs);
            return File.ReadAllBytes(Checkpoints.Latest(folder.FullName)!);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // As version 1 was, whose changes no checksum finds before they are read.
    private static byte[] Unsummed(byte[] checkpoint)
    {
        SafeTensorsContent content = SafeTensors.Read(new MemoryStream(checkpoint), null);
        Dictionary<string, string> texts = new(content.Metadata) { ["version"] = "1" };
        texts.Remove("checksum");
        return Written(path => SafeTensors.Write(path, content.Tensors.Select(t => (t.Key, t.Value)), texts));
    }

    // Fit reads the loop's part; it is cancelled from the first, so that nothing is trained.
    private static void Resume(string path)
    {
        (Trainer trainer, DataLoader data) = Training(checkpoints: null);
        trainer.Resume(Path.GetFullPath(path));
        trainer.Fit(data, data, epochs: 3, new CancellationToken(canceled: true));
    }

    private static (Trainer Trainer, DataLoader Data) Training(Checkpoints? checkpoints)
    {
        Rng rng = new(1);
        Sequential model = [new Linear(2, 3, rng: rng), new Relu(), new Dropout(0.1, rng), new Linear(3, 2, rng: rng)];
        Adam optimizer = new(model.Parameters());
        TensorDataset samples = new(Tensor.Arange(0, 8).Reshape(4, 2), Tensor.From(0L, 1, 1, 0));
        Trainer trainer = new(model, optimizer, (y, t) => F.CrossEntropy(y, t), new Accuracy(), new ConfusionMatrix(2))
        {
            Schedule = new CosineAnnealingLr(optimizer, 10),
            Average = new ExponentialAverage(0.9),
            KeepBest = true,
            Callbacks = [new EarlyStopping(patience: 5)],
            Checkpoints = checkpoints,
        };
        return (trainer, new DataLoader(samples, 2, shuffle: true, new Rng(2)));
    }

    private static byte[] Written(Action<string> write)
    {
        string path = Path.GetTempFileName();
        try
        {
            write(path);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static byte[] Gzip(byte[] content) => Structures.Gzip.Close([content]);
}
