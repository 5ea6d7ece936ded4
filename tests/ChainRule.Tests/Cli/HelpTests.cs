using ChainRule.Cli;

namespace ChainRule.Tests.Cli;

/// <summary>The whole help of every command, at 100 columns.</summary>
public sealed class HelpTests
{
    [Fact]
    public void The_command_line_has_this_help() => AssertHelp("",
        """
        Description:
          Trains, evaluates and applies neural networks.

        Usage:
          chainrule [command] [options]

        Options:
          -?, -h, --help  Show help and usage information
          --version       Show version information

        Commands:
          train                    Trains a network and saves it; with no option a cnn on built-in digits.
          evaluate <MODEL>         Tests a trained model: accuracy, loss and confusion matrix.
          predict <MODEL> <INPUT>  Applies a trained model: the three likeliest classes, or a number.
          summary <MODEL>          Shows a network's layers, shapes, parameters, work and memory.
          lab <NAME>               Runs an experiment and writes a page of it; without a name lists them.
          data                     Shows the data sets, where they lie, and fetches them.
          doctor                   Shows versions, processor features, threads and data folders, and tests
                                   itself.

        Environment:
          CHAINRULE_DATA     folder that data sets are looked for in first
          CHAINRULE_THREADS  number of threads
          CHAINRULE_SIMD     width of vector instructions in bits: 512, 256, 128 or 0
          CHAINRULE_DEBUG    1: errors come with their stack traces
          NO_COLOR           set: no colours

        Exit codes: 0 done, 1 the work failed or was interrupted, 2 wrong use.
        """);

    [Fact]
    public void Train_has_this_help() => AssertHelp("train",
        """
        Description:
          Trains a network and saves it; with no option a cnn on built-in digits.

        Usage:
          chainrule train [options]

        Options:
          --data                                      What to learn from. [default: digits, built in]
          <digits|mnist|fashion-mnist|iris|FILE.csv>
          --model <cnn|mlp|softmax|lenet5>            The network. [default: cnn for pictures, mlp for rows]
          --hidden <N,N,...>                          Sizes of the hidden layers of an mlp. [default: 128
                                                      for pictures, 10,20,10 for rows]
          --activation                                What follows the hidden layers. [default: relu]
          <relu|leakyrelu|elu|sigmoid|tanh|softplus>
          --epochs <N>                                Passes over the data. [default: 5 for pictures, 3 for
                                                      the cnn on digits; more for few rows]
          --batch <N>                                 Samples in a batch. [default: 64; 16 for few rows]
          --optimizer <sgd|momentum|adam|adamw>       Changes the weights. [default: adam; sgd for softmax
                                                      on pictures]
          --lr <RATE>                                 Learning rate. [default: with adam 0.001 for cnn,
                                                      0.002 for other networks of pictures, 0.01 for rows]
          --schedule <constant|cosine>                How the rate goes on: stays, or falls to 0. [default:
                                                      cosine for networks of pictures, else constant]
          --weight-decay <NUMBER>                     Pulls weights towards 0. [default: 0; 0.01 for adamw]
          --validation <SHARE>                        Share of the samples kept aside to find the best
                                                      epoch. [default: 0.05 for pictures, 0.1 for files of
                                                      100 rows or more]
          --patience <N>                              Stops after so many epochs in a row without a better
                                                      one. [default: never]
          --samples <N>                               Learn from so many samples only. [default: all; 20000
                                                      digits]
          --target <COLUMN>                           Column of a CSV file to predict, by name or number.
                                                      [default: the last]
          --task <classes|number>                     What the target is. [default: told from the column]
          --ignore <COLUMN,...>                       Columns of a CSV file to leave out, by name or number.
          --categorical <COLUMN,...>                  Columns of a CSV file whose numbers are categories.
          --missing <error|drop|mean>                 What to do with rows that have empty cells. [default:
                                                      error]
          --test <SHARE>                              Share of a CSV file's rows for test. [default: 0.2]
          --seed <N>                                  Decides everything random: the same seed, the same
                                                      weights. [default: 0]
          --threads <N>                               Threads to compute on; results do not depend on it.
                                                      [default: one for each processor]
          --out <FILE>                                Where the model goes. [default:
                                                      models/DATA-MODEL.safetensors]
          --report <FILE.html>                        Also writes a page with curves, mistakes, weights and
                                                      settings, new after every epoch.
          --plot <FILE.svg|FILE.png>                  Also draws the losses, anew after every epoch.
          --tensorboard <FOLDER>                      Also writes curves, weights and gradients for
                                                      TensorBoard.
          --checkpoints <FOLDER>                      Also leaves all that a training is in a folder, after
                                                      every epoch and when it is interrupted.
          --resume                                    Goes on from the latest of --checkpoints, to the same
                                                      weights as without the interruption.
          --dashboard                                 Draws curve, epochs, rate, speed and time left while
                                                      it trains; in a file or pipe, plain lines.
          --json                                      One JSON event a line: start, step, epoch, end.
          -?, -h, --help                              Show help and usage information

        Examples:
          chainrule train
          chainrule train --data mnist --model mlp --epochs 5 --lr 0.001
          chainrule train --data flowers.csv --target species --hidden 10,20,10
          chainrule train --data mnist --dashboard --report report.html --checkpoints runs/mnist

        Ctrl-C stops within one batch and saves the weights of the best epoch so far; the exit code is then 1.
        With --checkpoints the same command and --resume go on from there.
        """);

    [Fact]
    public void Evaluate_has_this_help() => AssertHelp("evaluate",
        """
        Description:
          Tests a trained model: accuracy, loss and confusion matrix.

        Usage:
          chainrule evaluate <MODEL> [options]

        Arguments:
          <MODEL>  File of a trained model.

        Options:
          --data                                      What to test on: a data set's test part, or all rows
          <digits|mnist|fashion-mnist|iris|FILE.csv>  of a file. [default: the test part of what it learned
                                                      from]
          --threads <N>                               Threads to compute on; results do not depend on it.
                                                      [default: one for each processor]
          --json                                      One JSON object.
          -?, -h, --help                              Show help and usage information

        Examples:
          chainrule evaluate models/digits-cnn.safetensors
          chainrule evaluate models/digits-cnn.safetensors --data mnist
        """);

    [Fact]
    public void Predict_has_this_help() => AssertHelp("predict",
        """
        Description:
          Applies a trained model: the three likeliest classes, or a number.

        Usage:
          chainrule predict <MODEL> <INPUT>... [options]

        Arguments:
          <MODEL>  File of a trained model.
          <INPUT>  PNG files, CSV files, or rows such as 5.1,3.5,1.4,0.2.

        Options:
          --json          One JSON object for each picture or row.
          -?, -h, --help  Show help and usage information

        Pictures of digits may be of any size, dark on light or light on dark.

        Examples:
          chainrule predict models/digits-cnn.safetensors seven.png
          chainrule predict models/iris-mlp.safetensors 5.1,3.5,1.4,0.2
          chainrule predict models/iris-mlp.safetensors flowers.csv
        """);

    [Fact]
    public void Summary_has_this_help() => AssertHelp("summary",
        """
        Description:
          Shows a network's layers, shapes, parameters, work and memory.

        Usage:
          chainrule summary <MODEL> [options]

        Arguments:
          <MODEL>  A network, cnn, mlp, softmax or lenet5, or the file of a trained model.

        Options:
          --input <N,N,...>   Sizes of one input. [default: 1,28,28 for a network; what the file says]
          --hidden <N,N,...>  Sizes of the hidden layers of an mlp. [default: those of train]
          --json              One JSON object.
          -?, -h, --help      Show help and usage information

        Examples:
          chainrule summary cnn
          chainrule summary mlp --input 4 --hidden 10,20,10
          chainrule summary models/digits-cnn.safetensors

        Counted for one sample. A multiply-add is two floating-point operations. What a whole step of training takes
        of memory is told by: chainrule doctor --memory MODEL
        """);

    [Fact]
    public void Data_has_this_help() => AssertHelp("data",
        """
        Description:
          Shows the data sets, where they lie, and fetches them.

        Usage:
          chainrule data [command] [options]

        Options:
          -?, -h, --help  Show help and usage information

        Commands:
          list                                     Every data set: what it is, how large, and where it was
                                                   found.
          where <digits|fashion-mnist|iris|mnist>  The folders that are looked in, in order.
          fetch <digits|fashion-mnist|iris|mnist>  Downloads a data set into the cache folder and checks it
                                                   (SHA-256).

        Examples:
          chainrule data list
          chainrule data where mnist
          chainrule data fetch fashion-mnist
        """);

    [Fact]
    public void Data_fetch_has_this_help() => AssertHelp("data fetch",
        """
        Description:
          Downloads a data set into the cache folder and checks it (SHA-256).

        Usage:
          chainrule data fetch <NAME> [options]

        Arguments:
          <digits|fashion-mnist|iris|mnist>  The data set.

        Options:
          -?, -h, --help  Show help and usage information
        """);

    [Fact]
    public void Doctor_has_this_help() => AssertHelp("doctor",
        """
        Description:
          Shows versions, processor features, threads and data folders, and tests itself.

        Usage:
          chainrule doctor [options]

        Options:
          --memory <cnn|mlp|softmax|lenet5|FILE>  Shows instead what memory a training step of a network,
                                                  or of a saved model, will take.
          --data <NAME|FILE.csv>                  With --memory: what will be learnt from. [default: digits]
          --hidden <N,N,...>                      With --memory mlp: sizes of the hidden layers.
          --batch <N>                             With --memory: samples in a batch. [default: that of
                                                  train]
          --optimizer <sgd|momentum|adam|adamw>   With --memory: what changes the weights. [default: that
                                                  of train]
          --threads <N>                           Threads to compute on; results do not depend on it.
                                                  [default: one for each processor]
          --json                                  One JSON object a line.
          -?, -h, --help                          Show help and usage information

        Examples:
          chainrule doctor
          chainrule doctor --memory cnn --batch 256
          chainrule doctor --memory models/digits-cnn.safetensors

        Exit code 1 when the self-test fails.
        """);

    // Blanks at the ends of lines, which the parser's library leaves where it breaks them, are not compared.
    private static void AssertHelp(string command, string expected)
    {
        CliRun run = CliRun.Of(command + " --help");
        Assert.Equal(expected.ReplaceLineEndings("\n"), string.Join('\n',
            run.Output.TrimEnd().Split('\n').Select(l => l.TrimEnd())));
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Errors));
    }
}
