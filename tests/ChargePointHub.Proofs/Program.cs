using System.ComponentModel;
using ChargePointHub.Proofs;

// dotnet run --project tests/ChargePointHub.Proofs -- kill|outage [--scale small|full] [--planted claim-before-rows] [--seed N] [--data FOLDER] [--result FILE]
if (args is ["hub-child", var orders]) return await HubChild.RunAsync(ChildOrders.Parse(orders));

if (ProofOptions.Read(args, out var fault) is not { } options)
{
    await Console.Error.WriteLineAsync(fault);
    await Console.Error.WriteLineAsync("Usage: kill|outage [--scale small|full] [--planted claim-before-rows] [--seed N] [--data FOLDER] [--result FILE]");
    return 2;
}

try
{
    var held = options.Proof == "kill" ? await KillProof.RunAsync(options) : await OutageProof.RunAsync(options);
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
