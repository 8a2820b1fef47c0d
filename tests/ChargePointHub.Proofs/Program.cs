using System.ComponentModel;
using ChargePointHub.Proofs;

// dotnet run --project tests/ChargePointHub.Proofs -- kill|outage|hostile|hostile-input|instances|simulated|steady|audit|queries|figures|mirror [--scale small|full] [--planted claim-before-rows|no-fencing|lost-announcement] [--seed N] [--data FOLDER] [--result FILE]
if (args is ["hostile-child", var folder]) return await HostileProof.ServeAsync(folder);
if (args is ["hub-child", var orders]) return await HubChild.RunAsync(ChildOrders.Parse(orders));
if (args is ["instance-child", var instance]) return await InstanceChild.RunAsync(InstanceOrders.Parse(instance));

if (ProofOptions.Read(args, out var fault) is not { } options)
{
    await Console.Error.WriteLineAsync(fault);
    await Console.Error.WriteLineAsync("Usage: kill|outage|hostile|hostile-input|instances|simulated|steady|audit|queries|figures|mirror [--scale small|full] [--planted claim-before-rows|no-fencing|lost-announcement] [--seed N] [--data FOLDER] [--result FILE]");
    return 2;
}

try
{
    var held = options.Proof switch
    {
        "kill" => await KillProof.RunAsync(options),
        "outage" => await OutageProof.RunAsync(options),
        "simulated" => await SimulatedProof.RunAsync(options),
        "steady" => await SteadyProof.RunAsync(options),
        "audit" => await AuditProof.RunAsync(options),
        "queries" => await QueriesProof.RunAsync(options),
        "figures" => await FiguresProof.RunAsync(options),
        "mirror" => await MirrorProof.RunAsync(options),
        "hostile-input" => await HostileInputProof.RunAsync(options),
        "instances" => await InstancesProof.RunAsync(options),
        _ => await HostileProof.RunAsync(options),
    };
    return held ? 0 : 1;
}
catch (ProofFailedException failure)
{
    await Console.Error.WriteLineAsync($"{options.Proof}: {failure.Message}");
    return 1;
}
catch (Win32Exception missing)
{
    await Console.Error.WriteLineAsync($"{options.Proof}: a program that the proof needs cannot be started (is python3 installed?): {missing.Message}");
    return 2;
}
