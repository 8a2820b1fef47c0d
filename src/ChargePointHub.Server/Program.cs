using ChargePointHub.Server.Commands;

return await HubCommands.RunAsync(args, Console.Out, Console.Error);
