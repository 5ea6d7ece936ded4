using System.Runtime.InteropServices;
using ChainRule.Data;
using ChainRule.Formats;
using ChainRule.Models;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Tests.Training;
using ChainRule.Training;
using Google.Protobuf;

namespace ChainRule.Tests.Formats;

public sealed class EventFileTests
{
    [Fact]
    public void Checksums_are_those_of_known_files()
    {
        // CRC-32C of "123456789" is E3069283; every event file begins with a length of 24 and these four bytes.
        Assert.Equal((0xE3069283 >> 15 | 0xE3069283 << 17) + 0xA282EAD8, RecordFile.Checksum("123456789"u8));
        Assert.Equal(0x224B7FA3u, RecordFile.Checksum([24, 0, 0, 0, 0, 0, 0, 0]));
    }

    [Fact]
    public void What_is_written_is_read()
    {
        using TempFolder folder = new();
        string path = WriteAll(folder.Root);
        List<EventRecord> events = [.. EventReader.Read(path)];
        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.True(DateTimeOffset.UtcNow - events[0].Time < TimeSpan.FromMinutes(5));
        Assert.Equal((4L, new EventScalar("loss", 0.5f)), (events[1].Step, events[1].Values[0]));
        Assert.Equal(float.NaN, ((EventScalar)events[2].Values[0]).Value);
        EventHistogram histogram = (EventHistogram)events[3].Values[0];
        Assert.Equal(
            ("weights", -1.0, 2.0, 4.0, 2.0, 6.0),
            (histogram.Tag, histogram.Min, histogram.Max, histogram.Count, histogram.Sum, histogram.SumSquares));
        Assert.Equal((30, 2.0, 4.0), (histogram.Limits.Count, histogram.Limits[^1], histogram.Counts.Sum()));
        Assert.Equal((1.0, 1.0, 1.0, 1.0),
            (histogram.Counts[0], histogram.Counts[10], histogram.Counts[20], histogram.Counts[29]));
        EventPicture picture = (EventPicture)events[4].Values[0];
        Assert.Equal((2, 1), (picture.Width, picture.Height));
        Assert.Equal([255, 0, 0, 0, 128, 0], PngImage.Decode(picture.Encoded).Pixels);
        Assert.Equal(new EventText("notes", "**bold** ü"), events[5].Values[0]);
        Assert.Equal(
            [
                "input Input ", "model/0 Linear 2 -> 3 input", "model/1/body Linear 3 -> 3 model/0",
                "model/1/result Residual model/1/body", "model/2 Relu model/1/result",
            ],
            events[6].Graph.Select(n => $"{n.Name} {n.Kind} {string.Join(' ', n.Inputs)}"));
        Assert.All(events[7..], e => Assert.Equal((true, 9L), (e.Starts, e.Step)));
    }

    // Reads the file by another way: a checksum bit by bit, Google's decoder, and the field numbers of TensorFlow.
    [Fact]
    public void Bytes_are_those_that_TensorFlow_specifies()
    {
        using TempFolder folder = new();
        List<byte[]> records = Records(File.ReadAllBytes(WriteAll(folder.Root, new Stopped())));
        Assert.Equal(
            "09 00 00 00 B0 B6 1F DA 41 10 00 1A 0D 62 72 61 69 6E 2E 45 76 65 6E 74 3A 32".Replace(" ", ""),
            Convert.ToHexString(records[0]));
        string[] texts = [.. records.Select(r => Fields(r, ""))];
        const string time = "1=1753144000 ";
        Assert.Equal(time + "2=0 3=brain.Event:2", texts[0]);
        Assert.Equal(time + "2=4 5{1{1=loss 2=0.5}}", texts[1]);
        Assert.Equal(time + "2=5 5{1{1=loss 2=NaN}}", texts[2]);
        Assert.StartsWith(time + "2=5 5{1{1=weights 5{1=-1 2=2 3=4 4=2 5=6 6=[-0.899999976158,", texts[3]);
        string zeros = string.Concat(Enumerable.Repeat("0, ", 9));
        Assert.EndsWith($", 2] 7=[1, {zeros}1, {zeros}1, {zeros[3..]}1]}}}}}}", texts[3]);
        Assert.StartsWith(time + "2=5 5{1{1=picture 4{1=1 2=2 3=3 4=89504E470D0A1A0A", texts[4]);
        Assert.Equal(time + "2=5 5{1{1=notes 8{1=7 2{} 8=**bold** ü} 9{1{1=text}}}}", texts[5]);
        Assert.Equal(time + "2=0 4{1{1=input 2=Input} 1{1=model/0 2=Linear 2 -> 3 3=input} "
            + "1{1=model/1/body 2=Linear 3 -> 3 3=model/0} 1{1=model/1/result 2=Residual 3=model/1/body} "
            + "1{1=model/2 2=Relu 3=model/1/result} 4{1=22}}", texts[6]);
        Assert.Equal([time + "2=9 7{1=1}", time + "2=9 7{1=1}"], texts[7..]);
    }

    [Theory]
    [InlineData(new double[0], 0, 0, "0")]
    [InlineData(new[] { double.NaN, double.NegativeInfinity }, 0, 0, "0")]
    [InlineData(new[] { double.NaN, 3, double.PositiveInfinity, 3 }, 2.9999997615814209, 3.0000002384185791, "2")]
    [InlineData(new[] { 0.0, 0 }, -1.401298464324817E-45, 1.401298464324817E-45, "2")]
    [InlineData(new[] { 1, 1 + 1e-12, 1 + 2e-12 }, 0.99999994039535522, 1.0000001192092896, "3")]
    [InlineData(new[] { 16777216, 16777218.0, 16777218, 16777222 }, 16777216, 16777222, "1 2 1")]
    [InlineData(
        new[] { -double.MaxValue, -1e300, double.MaxValue }, -float.MaxValue, float.MaxValue,
        "2 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1")]
    public void Histograms_of_any_numbers_have_intervals_that_float32_tells_apart(
        double[] numbers, double min, double max, string counts)
    {
        using TempFolder folder = new();
        using EventWriter events = new(folder.Root);
        events.AddHistogram("x", numbers.Length == 0 ? Tensor.Zeros([0]) : Tensor.From(numbers), 1);
        events.Flush();
        EventHistogram read = (EventHistogram)EventReader.Read(events.Path).Last().Values[0];
        Assert.Equal((min, max, counts), (read.Min, read.Max, string.Join(' ', read.Counts)));
        Assert.Equal(read.Counts.Sum(), read.Count);
        float left = (float)read.Min;
        foreach (double limit in read.Count == 0 ? [] : read.Limits)
        {
            Assert.True(left < (float)limit && float.IsFinite((float)limit), $"{left} and {limit}");
            left = (float)limit;
        }
    }

    [Fact]
    public void Histograms_count_each_number_in_its_interval()
    {
        using TempFolder folder = new();
        using EventWriter events = new(folder.Root);
        Rng rng = new(1);
        float[] numbers = [.. Enumerable.Range(0, 1000).Select(_ => 1 + 3e-7f * (float)rng.NextNormal())];
        events.AddHistogram("x", Tensor.From(numbers), 1);
        events.Flush();
        EventHistogram read = (EventHistogram)EventReader.Read(events.Path).Last().Values[0];
        Assert.InRange(read.Limits.Count, 5, 29);
        double left = read.Min;
        for (int i = 0; i < read.Limits.Count; left = read.Limits[i++])
        {
            bool last = i == read.Limits.Count - 1;
            Assert.Equal(numbers.Count(x => x >= left && (x < read.Limits[i] || last)), read.Counts[i]);
        }
    }

    [Fact]
    public void Graph_follows_what_runs_in_order_and_a_network()
    {
        Assert.Equal(
            [
                "input Input ", "model/fc1 Linear 4 -> 8 input", "model/act1 Relu model/fc1",
                "model/fc2 Linear 8 -> 3 model/act1",
            ],
            Graph(new Mlp(4, 8, 3)));
        Network network = new(g =>
        {
            Node x = g.Input("x"), stem = g.Add("stem", new Sequential { new Linear(4, 4), new Relu() }, x);
            Node left = g.Add("left", new Nn.Tanh(), stem);
            return [g.Add("gated", t => t[0] * t[1], left, stem), left];
        });
        Assert.Equal(
            [
                "input Input ", "model/x input input", "model/stem/0 Linear 4 -> 4 model/x",
                "model/stem/1 Relu model/stem/0", "model/left Tanh model/stem/1",
                "model/gated function model/left model/stem/1", "model/result Network model/gated model/left",
            ],
            Graph(network));
    }

    // A reader tells nodes apart by their names, takes what follows a colon for the number of an output, and draws
    // what has "Const" in its kind as a constant of the layer after it.
    [Fact]
    public void Graph_has_names_that_readers_tell_apart()
    {
        Assert.Equal(
            [
                "input Input ", "model/result Linear 2 -> 2 input", "model/a_1 Linear 2 -> 2 input",
                "model/_b_c/0 Lambda constant input", "model/_b_c/1 Relu model/_b_c/0",
                "model/result_2 OddNames model/result model/a_1 model/_b_c/1",
            ],
            Graph(new OddNames()));
    }

    [Fact]
    public void Damaged_files_are_refused_with_their_place()
    {
        using TempFolder folder = new();
        byte[] whole = File.ReadAllBytes(WriteAll(folder.Root));
        int second = RecordFile.Overhead + BitConverter.ToInt32(whole);
        string path = folder["damaged"];
        Assert.Equal($"events: the length's checksum is wrong.\n  file: {path}\n  offset: {second}",
            Message(b => b[second] ^= 1));
        Assert.Equal($"events: the content's checksum is wrong.\n  file: {path}\n  offset: {second}",
            Message(b => b[second + 15] ^= 1));
        Assert.EndsWith($"\n  offset: {second}", Message(_ => { }, second + 20));
        Assert.Equal(8, EventReader.Read(Cut(whole.Length - 1), growing: true).Count());

        // A length that no memory could hold, with a right checksum.
        byte[] huge = [.. BitConverter.GetBytes(long.MaxValue), 0, 0, 0, 0, 0, 0, 0, 0];
        BitConverter.GetBytes(RecordFile.Checksum(huge.AsSpan(0, 8))).CopyTo(huge, 8);
        File.WriteAllBytes(path, huge);
        Assert.Equal(
            $"events: a record of {long.MaxValue} bytes; the file has 0 for it.\n  file: {path}\n  offset: 0",
            Assert.Throws<DataException>(() => EventReader.Read(path).Count()).Message);

        // Right checksums around any content: an event or an error, nothing else.
        Rng rng = new(1);
        byte[] content = whole[12..(second - 4)];
        for (int i = 0; i < 2000; i++)
        {
            byte[] other = [.. content];
            for (int k = 0; k < 3; k++) other[(int)(rng.NextDouble() * other.Length)] = (byte)(rng.NextDouble() * 256);
            using (FileStream file = File.Create(path)) RecordFile.Write(file, other);
            Exception? error = Record.Exception(() => EventReader.Read(path).Count());
            Assert.True(error is null or DataException, error?.ToString());
        }

        string Cut(int length)
        {
            File.WriteAllBytes(path, whole[..length]);
            return path;
        }

        string Message(Action<byte[]> change, int? length = null)
        {
            byte[] bytes = whole[..(length ?? whole.Length)];
            change(bytes);
            File.WriteAllBytes(path, bytes);
            return Assert.Throws<DataException>(() => EventReader.Read(path).Count()).Message;
        }
    }

    [Fact]
    public void Training_is_written_and_a_resumed_one_goes_on_in_a_new_file()
    {
        using TempFolder folder = new();
        string run = folder["run"];
        Checkpoints checkpoints = new(folder["checkpoints"]);
        Fit(1);
        Fit(2);
        string[] files = [.. Directory.GetFiles(run).Order(StringComparer.Ordinal)];
        Assert.Equal(2, files.Length);
        List<EventRecord> first = [.. EventReader.Read(files[0])], second = [.. EventReader.Read(files[1])];
        Assert.Equal([1, 4], first.Concat(second).Where(e => e.Graph.Count == 4).Select(e => e.Step));
        Assert.Equal(["1", "2", "3"], Steps(first, "loss/step"));
        Assert.Equal(["4", "5", "6"], Steps(second, "rate/step"));
        // A reader takes the first start in a folder for the run's own; it is the second that voids steps.
        Assert.Equal([1, 1, 4, 4], first.Concat(second).Where(e => e.Starts).Select(e => e.Step));
        Assert.Equal(["3"], Steps(first, "accuracy/training"));
        Assert.Equal(["6"], Steps(second, "accuracy/validation"));
        Assert.Equal(["6"], Steps(second, "weights/2.bias"));
        Assert.Equal(["6"], Steps(second, "gradients/0.weight"));

        void Fit(int epochs)
        {
            Sequential model = Problems.Mlp(1);
            Trainer trainer = new(model, new Sgd(model.Parameters(), 0.1), Problems.CrossEntropy, new Accuracy())
            {
                Checkpoints = checkpoints,
                Callbacks = [new TensorBoard(run, model)],
            };
            trainer.Resume(checkpoints.Folder);
            trainer.Fit(
                new DataLoader(Problems.Sectors(30, 1), 10), new DataLoader(Problems.Sectors(10, 2), 10), epochs);
        }
    }

    [Fact]
    public void Running_training_can_be_watched()
    {
        using TempFolder folder = new();
        using EventWriter events = new(folder.Root);
        events.AddScalar("loss", 1, 1);
        events.Flush();
        Assert.Equal(2, EventReader.Read(events.Path, growing: true).Count());
        Errors.ErrorSnapshot.Throws<ShapeException>(
            "AddImage: pixels are [2, 3, 3]; expected [H, W] or [C, H, W] with C = 1, 3 or 4.",
            () => events.AddImage("x", Tensor.Zeros([2, 3, 3]), 1));
    }

    private static IEnumerable<string> Graph(Module model)
    {
        using TempFolder folder = new();
        using EventWriter events = new(folder.Root);
        events.AddGraph(model);
        events.Flush();
        return EventReader.Read(events.Path).Last().Graph.Select(n => $"{n.Name} {n.Kind} {string.Join(' ', n.Inputs)}")
            .ToArray();
    }

    private static string[] Steps(IEnumerable<EventRecord> events, string tag) =>
        [.. events.Where(e => e.Values.Any(v => v.Tag == tag)).Select(e => $"{e.Step}")];

    private static string WriteAll(string folder, TimeProvider? clock = null)
    {
        Rng rng = new(1);
        using EventWriter events = new(folder, clock);
        events.AddScalar("loss", 0.5, 4);
        events.AddScalar("loss", double.NaN, 5);
        events.AddHistogram("weights", Tensor.From(-1f, 0f, 1f, 2f), 5);
        events.AddImage("picture", Tensor.From([1f, -3, 0, 0.5f, float.NaN, 0], [3, 1, 2]), 5);
        events.AddText("notes", "**bold** ü", 5);
        events.AddGraph(
            new Sequential { new Linear(2, 3, rng: rng), new Residual(new Linear(3, 3, rng: rng)), new Relu() });
        events.AddStart(9);
        return events.Path;
    }

    private static List<byte[]> Records(ReadOnlySpan<byte> file)
    {
        List<byte[]> records = [];
        while (!file.IsEmpty)
        {
            int length = checked((int)BitConverter.ToUInt64(file));
            Assert.Equal(Masked(file[..8]), BitConverter.ToUInt32(file[8..]));
            Assert.Equal(Masked(file[12..(12 + length)]), BitConverter.ToUInt32(file[(12 + length)..]));
            records.Add(file[12..(12 + length)].ToArray());
            file = file[(16 + length)..];
        }
        return records;
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78);
        }
        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
    }

    private static string Fields(byte[] message, string path)
    {
        using CodedInputStream input = new(message);
        List<string> fields = [];
        while (input.ReadTag() is var tag and not 0)
        {
            int field = WireFormat.GetTagFieldNumber(tag);
            string at = $"{path}/{field}";
            fields.Add(WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => $"{field}={input.ReadInt64()}",
                WireFormat.WireType.Fixed32 => $"{field}={input.ReadFloat()}",
                WireFormat.WireType.Fixed64 => $"{field}={input.ReadDouble()}",
                _ => at switch
                {
                    "/4" or "/4/1" or "/4/4" or "/5" or "/5/1" or "/5/1/4" or "/5/1/5" or "/5/1/8" or "/5/1/8/2"
                        or "/5/1/8/2/2" or "/5/1/9" or "/5/1/9/1" or "/7" =>
                        $"{field}{{{Fields(input.ReadBytes().ToByteArray(), at)}}}",
                    "/5/1/5/6" or "/5/1/5/7" => $"{field}=[{Doubles(input.ReadBytes().ToByteArray())}]",
                    "/5/1/4/4" => $"{field}={Convert.ToHexString(input.ReadBytes().Span)}",
                    _ => $"{field}={input.ReadString()}",
                },
            });
        }
        return string.Join(' ', fields);

        static string Doubles(byte[] bytes) =>
            string.Join(", ", MemoryMarshal.Cast<byte, double>(bytes).ToArray().Select(d => Math.Round(d, 12)));
    }

    private sealed class OddNames : Module
    {
        public OddNames()
        {
            AddModule("result", new Linear(2, 2));
            AddModule("a:1", new Linear(2, 2));
            AddModule("^b/c", new Sequential { new Lambda("Constant", x => x), new Relu() });
        }
    }

    private sealed class Stopped : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(1753144000);
    }
}
