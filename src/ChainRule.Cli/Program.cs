using System.CommandLine;

return new RootCommand("Trains, evaluates and applies neural networks.").Parse(args).Invoke();
