using System.Numerics;
using System.Security.Cryptography;
using ChainRule.Data;

namespace ChainRule.Tests.Data;

public sealed class DigitsTests
{
    [Fact]
    public void First_hundred_samples_are_the_same_on_every_machine() => Assert.Equal(
        "909b0563b5ec19e23d9090491756d952e92313f6bbfbe18ddc970c28eab74315",
        Convert.ToHexStringLower(SHA256.HashData(Digits.Generate(100, seed: 0).Pixels)));

    [Fact]
    public void Sample_does_not_depend_on_what_is_drawn_with_it()
    {
        var set = Digits.Generate(300, seed: 5, start: 1000);
        var pixels = new byte[784];
        foreach (int i in new[] { 0, 1, 63, 64, 299 })
        {
            Assert.Equal(set.Labels[i], Digits.Draw(5, 1000 + i, pixels));
            Assert.Equal(set.Picture(i), pixels);
        }
        Assert.Equal(set.Pixels[(100 * 784)..], Digits.Generate(200, seed: 5, start: 1100).Pixels);
    }

    [Fact]
    public void Samples_are_the_same_on_one_thread_and_on_several()
    {
        static byte[] Pixels() => Digits.Generate(500, seed: 9).Pixels;
        Assert.Equal(Threads.On(1, Pixels), Threads.On(3, Pixels));
    }

    [Fact]
    public void Seeds_and_indices_give_different_samples()
    {
        var seen = new HashSet<string>();
        for (ulong seed = 0; seed < 3; seed++)
        {
            var (train, test) = Digits.Load(200, 100, seed);
            for (int i = 0; i < 200; i++) Assert.True(seen.Add(Convert.ToHexString(train.Picture(i))));
            for (int i = 0; i < 100; i++) Assert.True(seen.Add(Convert.ToHexString(test.Picture(i))));
        }
    }

    [Fact]
    public void Digits_are_equally_frequent_and_pixels_have_the_stated_statistics()
    {
        var set = Digits.Generate(20_000, seed: 3);
        Assert.All(MnistTests.CountsOf(set), count => Assert.InRange(count, 1_850, 2_150));
        var (mean, std) = MnistTests.StatisticsOf(set);
        Assert.Equal(Digits.Mean, mean, 0.002f);
        Assert.Equal(Digits.Std, std, 0.002f);
    }

    [Fact]
    public void Digit_lies_inside_the_picture_and_has_ink()
    {
        var set = Digits.Generate(2_000, seed: 4);
        for (int n = 0; n < set.Count; n++)
        {
            var picture = set.Picture(n);
            int edge = 0, dark = 0;
            for (int i = 0; i < 784; i++)
            {
                if (picture[i] > 120) dark++;
                if (i / 28 is 0 or 27 || i % 28 is 0 or 27) edge = Math.Max(edge, (int)picture[i]);
            }
            Assert.InRange(edge, 0, 60);
            Assert.InRange(dark, 8, 350);
        }
    }

    [Fact]
    public void Linear_model_stays_below_ninety_five_percent()
    {
        var (train, test) = Digits.Load(10_000, 2_000, seed: 1);
        double accuracy = SoftmaxAccuracy(train, test, epochs: 12);
        Assert.InRange(accuracy, 0.80, 0.95);
    }

    [Fact]
    public void Impossible_counts_and_rooms_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Digits.Generate(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Digits.Generate(int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => Digits.Generate(1, start: -1));
        Assert.Equal("room for 783 pixels; expected 784. (Parameter 'pixels')",
            Assert.Throws<ArgumentException>(() => Digits.Draw(0, 0, new byte[783])).Message);
        Assert.Equal(0, Digits.Generate(0).Count);
    }

    /// <summary>Multinomial logistic regression by plain stochastic gradient descent, in plain loops.</summary>
    private static double SoftmaxAccuracy(ImageSet train, ImageSet test, int epochs)
    {
        const int inputs = 784, classes = 10;
        var weights = new float[classes * inputs];
        var bias = new float[classes];
        var x = new float[inputs];
        var p = new float[classes];

        void Forward(ImageSet set, int i)
        {
            var picture = set.Picture(i);
            for (int j = 0; j < inputs; j++) x[j] = picture[j] / 255f;
            float most = float.MinValue, sum = 0;
            for (int c = 0; c < classes; c++)
            {
                var dot = Vector<float>.Zero;
                for (int j = 0; j < inputs; j += Vector<float>.Count)
                    dot += new Vector<float>(weights, c * inputs + j) * new Vector<float>(x, j);
                p[c] = Vector.Sum(dot) + bias[c];
                most = Math.Max(most, p[c]);
            }
            for (int c = 0; c < classes; c++) sum += p[c] = MathF.Exp(p[c] - most);
            for (int c = 0; c < classes; c++) p[c] /= sum;
        }

        for (int step = 0; step < epochs * train.Count; step++)
        {
            int i = step % train.Count;
            Forward(train, i);
            float rate = 0.02f / (1 + 0.3f * (step / train.Count));
            for (int c = 0; c < classes; c++)
            {
                float error = rate * (p[c] - (train.Labels[i] == c ? 1 : 0));
                bias[c] -= error;
                for (int j = 0; j < inputs; j += Vector<float>.Count)
                {
                    var moved = new Vector<float>(weights, c * inputs + j) - error * new Vector<float>(x, j);
                    moved.CopyTo(weights, c * inputs + j);
                }
            }
        }
        int right = 0;
        for (int i = 0; i < test.Count; i++)
        {
            Forward(test, i);
            if (Array.IndexOf(p, p.Max()) == test.Labels[i]) right++;
        }
        return right / (double)test.Count;
    }
}
