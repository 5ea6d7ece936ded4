using System.Runtime.InteropServices;
using ChainRule.Cli;

using var stop = new CancellationTokenSource();

// The first Ctrl-C asks the command to come to an end in order; a second one ends the process as usual.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

return CommandLine.Run(args, Console.Out, Console.Error, stop.Token);

void Stop(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    if (!signal.Cancel && Session.OfConsole(Console.Out, Console.Error, default).Interactive)
        Console.Out.Write("\u001b[?25h"); // what draws has hidden the cursor and has no time left to bring it back
    stop.Cancel();
}
