using ChainRule.Data;
using ChainRule.Formats;

namespace ChainRule.Tests.Formats;

public sealed class ImageFolderTests
{
    // Of one colour.
    private static byte[] Png(byte red, byte green, byte blue, int width = 4, int height = 3) => new PngImage(
        width, height, 3,
        [.. Enumerable.Range(0, width * height).SelectMany(_ => new[] { red, green, blue })]).Encode();

    private static TempFolder Animals()
    {
        TempFolder folder = new();
        folder.Write("dog/b.png", Png(1, 2, 3));
        folder.Write("dog/a.PNG", Png(4, 5, 6));
        folder.Write("dog/.hidden.png", [1]);
        folder.Write("dog/notes.txt", "no picture");
        folder.Write("cat/inner/z.png", Png(7, 8, 9));
        folder.Write("cat/Ω 猫.png", Png(10, 11, 12));
        folder.Write("Ähre/x.png", Png(13, 14, 15));
        folder.Write(".cache/x.png", [1]);
        folder.Write("readme.png", [1]);
        return folder;
    }

    private static string ErrorOf(Action action) => Assert.Throws<DataException>(action).Message;

    [Fact]
    public void Classes_and_files_are_sorted_and_read()
    {
        using TempFolder folder = Animals();
        ImageFolder animals = new(folder.Root);
        Assert.Equal(["cat", "dog", "Ähre"], animals.ClassNames);
        Assert.Equal(["cat/inner/z.png", "cat/Ω 猫.png", "dog/a.PNG", "dog/b.png", "Ähre/x.png"],
            animals.Files.Select(f => Path.GetRelativePath(folder.Root, f).Replace('\\', '/')));
        Assert.Equal([0, 0, 1, 1, 2], animals.Labels);
        Batch batch = animals.Get([4, 2, 2]);
        Assert.Equal([3, 3, 3, 4], batch.Input.Shape.Dims.ToArray());
        Assert.Equal(DType.UInt8, batch.Input.DType);
        Assert.Equal([13, 14, 15, 4, 5, 6, 4, 5, 6], batch.Input[.., .., 0, 0].ToArray<byte>());
        Assert.Equal([2, 1, 1], batch.Target.ToArray<long>());
    }

    [Fact]
    public void Pictures_of_several_sizes_are_brought_to_one()
    {
        using TempFolder folder = Animals();
        folder.Write("dog/large.png", Png(4, 5, 6, 40, 90));
        string error = ErrorOf(() => new ImageFolder(folder.Root).All());
        Assert.Equal("ImageFolder: the picture has 40 x 90 points; the first, z.png, has 4 x 3.\n"
            + $"  file: {folder["dog/large.png"]}\n"
            + "  help: give Width and Height in ImageFolderOptions to bring all to one size.", error);
        ImageFolder animals = new(folder.Root, new ImageFolderOptions { Width = 8, Height = 6, Channels = 1 });
        Batch all = animals.All();
        Assert.Equal([6, 1, 6, 8], all.Input.Shape.Dims.ToArray());
        Assert.Equal([8, 11, 5, 2, 5, 14], all.Input[.., 0, 3, 3].ToArray<byte>());
    }

    [Fact]
    public void Test_part_has_the_classes_of_the_training_part()
    {
        using TempFolder train = Animals(), test = new();
        test.Write("dog/x.png", Png(0, 0, 0));
        ImageFolder known = new(train.Root);
        Assert.Equal([1], new ImageFolder(test.Root, known.Options, known.ClassNames).Labels);
        test.Write("cow/x.png", Png(0, 0, 0));
        Assert.Equal($"ImageFolder: the folder is none of the classes cat, dog, Ähre.\n  file: {test["cow"]}",
            ErrorOf(() => new ImageFolder(test.Root, known.Options, known.ClassNames)));
    }

    [Fact]
    public void Folder_without_classes_or_pictures_is_refused()
    {
        using TempFolder folder = new();
        Assert.Equal($"ImageFolder: there are no folders in it; expected one for each class.\n  file: {folder.Root}",
            ErrorOf(() => new ImageFolder(folder.Root)));
        Directory.CreateDirectory(folder["empty"]);
        Assert.Equal($"ImageFolder: the class has no pictures (.png, .jpg, .jpeg).\n  file: {folder["empty"]}",
            ErrorOf(() => new ImageFolder(folder.Root)));
        folder.Write("empty/x.bmp", [1]);
        Assert.Equal("ImageFolder: the class has no pictures (.png, .jpg, .jpeg), only files that end in .bmp.\n"
            + $"  file: {folder["empty"]}", ErrorOf(() => new ImageFolder(folder.Root)));
        Assert.Throws<DirectoryNotFoundException>(() => new ImageFolder(folder["none"]));
        Assert.Throws<ArgumentException>(() => new ImageFolder(folder.Root, new ImageFolderOptions { Width = 3 }));
    }

    [Fact]
    public void Damaged_and_missing_pictures_are_named_with_file_and_place()
    {
        using TempFolder folder = Animals();
        ImageFolder animals = new(folder.Root);
        string path = folder.Write("dog/b.png", Png(1, 2, 3)[..^5]);
        Assert.Equal("PNG: the file is cut short: it ends before its IEND chunk.\n"
            + $"  file: {path}\n  offset: {new FileInfo(path).Length}", ErrorOf(() => animals.Get([3])));
        File.Delete(path);
        Assert.StartsWith("ImageFolder: the picture cannot be read: Could not find", ErrorOf(() => animals.Get([3])));
        Assert.EndsWith($"\n  file: {path}", ErrorOf(() => animals.Get([3])));
        folder.Write("dog/b.png", "GIF89a");
        Assert.StartsWith("image: this is GIF; PNG and JPEG are read.", ErrorOf(() => animals.Get([3])));
    }

    [Fact]
    public void Decoder_of_the_user_is_asked_and_its_errors_name_the_file()
    {
        using TempFolder folder = new();
        string good = folder.Write("a/x.raw", [1, 2, 3]);
        ImageFolderOptions options = new() { Decoder = new ThreeBytes(), Extensions = [".raw"], Channels = 1 };
        Assert.Equal([2], new ImageFolder(folder.Root, options).All().Input.ToArray<byte>());
        folder.Write("a/x.raw", [1, 2]);
        Assert.StartsWith("ImageFolder: the picture cannot be read: ThreeBytes: 2 numbers for 1 x 1 points of 3",
            ErrorOf(() => new ImageFolder(folder.Root, options)));
        Assert.EndsWith($"\n  file: {good}", ErrorOf(() => new ImageFolder(folder.Root, options)));
    }

    [Fact]
    public void Link_that_goes_round_ends()
    {
        using TempFolder folder = Animals();
        Directory.CreateSymbolicLink(folder["cat/inner/round"], folder["cat"]);
        Assert.Equal(5, new ImageFolder(folder.Root).Count);
    }

    private sealed class ThreeBytes : IImageDecoder
    {
        public Picture Decode(byte[] content, string name) => new(1, 1, 3, content);
    }
}
