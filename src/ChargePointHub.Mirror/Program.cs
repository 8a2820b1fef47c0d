using ChargePointHub.Mirror;

return await MirrorCommand.RunAsync(args, Console.Out, Console.Error, Console.IsErrorRedirected, TimeProvider.System);
