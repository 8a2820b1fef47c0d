using ChargePointHub.Sandbox;

return await SandboxCommand.RunAsync(args, (options, stopping) => SandboxSession.RunAsync(options, TimeProvider.System, Console.Out, Console.Error, stopping));
