return ChainRule.Conformance.Command.Run(args, Console.Out, Console.Error);
