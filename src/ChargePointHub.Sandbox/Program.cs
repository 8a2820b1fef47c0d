using ChargePointHub.Sandbox;

return await SandboxCommand.RunAsync(
    args, Console.Out, Console.Error, (options, stopping) => SandboxSession.RunAsync(options, TimeProvider.System, Console.Out, Console.Error, stopping));
