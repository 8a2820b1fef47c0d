using ChargePointHub.Sandbox;

return await SandboxCommand.RunAsync(args, async (options, stopping) =>
{
    switch (await PretendLondonHost.StartAsync(options, TimeProvider.System, stopping))
    {
        case SandboxStart.Refused refused:
            foreach (var fault in refused.Faults) await Console.Error.WriteLineAsync(fault);
            return 2;
        case SandboxStart.Started { Host: var london }:
            await using (london)
            {
                foreach (var each in london.Operators) Console.WriteLine($"{each.OperatorId,-24} {each.BaseUrl}");
                await Task.Delay(Timeout.InfiniteTimeSpan, stopping).ContinueWith(_ => { }, TaskScheduler.Default);
            }

            return 0;
        default:
            return 1;
    }
});
