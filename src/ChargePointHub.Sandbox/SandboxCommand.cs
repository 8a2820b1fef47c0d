using System.CommandLine;
using ChargePointHub.Server.Commands;

namespace ChargePointHub.Sandbox;

/// <summary>The Sandbox's command line.</summary>
public static class SandboxCommand
{
    /// <summary>Reads the arguments and runs; wrong ones are told, and the exit code is not 0.</summary>
    /// <param name="run">What to do with options that are in order; gives the exit code.</param>
    public static Task<int> RunAsync(string[] arguments, Func<SandboxOptions, CancellationToken, Task<int>> run) =>
        Build(run).Parse(arguments).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = HubCommands.StopLimit });

    /// <summary>What is wrong with the arguments, one sentence each; empty when they are in order.</summary>
    public static IReadOnlyList<string> ErrorsOf(string[] arguments) => [.. Build((_, _) => Task.FromResult(0)).Parse(arguments).Errors.Select(e => e.Message)];

    private static RootCommand Build(Func<SandboxOptions, CancellationToken, Task<int>> run)
    {
        var port = Whole("--port", "Port of the hub on localhost; operators take the next free ones. 0: any free ports. Default 8443.", 0, 65_535);
        var data = new Option<string?>("--data") { Description = "Folder for everything that is kept. Default .chargepointhub/sandbox.", HelpName = "FOLDER" };
        var fresh = new Option<bool>("--fresh") { Description = "Forget what the folder holds and begin anew." };
        var operators = Whole("--operators", "Simulated operators. Default 5 (london: 50).", 1, SandboxOptions.MostOperators);
        var chargePoints = Whole("--charge-points", "Charge points of all operators together. Default 240 (london: 27893).", 1, SandboxOptions.MostChargePoints);
        var days = Whole("--days", "Days of history before the first start. Default 14 (london: 7).", 1, SandboxOptions.MostDays);
        var seed = new Option<long?>("--seed") { Description = "Another number, another London. Default 1.", HelpName = "N" };
        var scale = new Option<string?>("--scale") { Description = "small (default) or london: 50 operators, 27,893 charge points.", HelpName = "small|london" };
        scale.AcceptOnlyFromAmong("small", "london");
        var areas = new Option<string?>("--areas") { Description = "GeoJSON of areas to place charge points in. Default: simple areas of the Sandbox's own.", HelpName = "FILE" };
        var outage = new Option<string[]>("--outage")
        {
            Description = "An operator out of reach, as lamplight=-36h/-30h, lamplight=+30s/+90s, lamplight=2026-11-01/2026-11-01. May be repeated.",
            HelpName = "OPERATOR=FROM/TO",
            AllowMultipleArgumentsPerToken = true,
        };
        var lookBack = new Option<string[]>("--look-back")
        {
            Description = "How far back an operator still answers, as lamplight=P2D. May be repeated.",
            HelpName = "OPERATOR=DURATION",
            AllowMultipleArgumentsPerToken = true,
        };
        var replay = new Option<string?>("--replay") { Description = "Folder whose sub-folders hold a replay.json and recorded answers: each becomes an operator.", HelpName = "FOLDER" };
        var oracle = new Option<string?>("--oracle") { Description = "Folder in which to write each operator's truth as NDJSON.", HelpName = "FOLDER" };

        var binaries = new Option<string?>("--postgres-binaries") { Description = "Folder of PostgreSQL's programs. Default: PATH and the usual places, else npm's.", HelpName = "FOLDER" };

        var command = new RootCommand("A pretend London: simulated operators with TLS APIs, and a hub that collects from them.")
        {
            port, data, fresh, operators, chargePoints, days, seed, scale, areas, outage, lookBack, replay, oracle, binaries,
        };
        command.SetAction((result, cancellationToken) => run(
            new SandboxOptions
            {
                Port = result.GetValue(port) ?? SandboxOptions.DefaultPort,
                DataFolder = result.GetValue(data) ?? new SandboxOptions().DataFolder,
                Fresh = result.GetValue(fresh),
                Operators = result.GetValue(operators),
                ChargePoints = result.GetValue(chargePoints),
                Days = result.GetValue(days),
                Seed = result.GetValue(seed),
                Scale = result.GetValue(scale) switch { "london" => SandboxScale.London, "small" => SandboxScale.Small, _ => null },
                AreasFile = result.GetValue(areas),
                Outages = result.GetValue(outage) ?? [],
                LookBacks = result.GetValue(lookBack) ?? [],
                ReplayFolder = result.GetValue(replay),
                PostgresBinaries = result.GetValue(binaries),
                OracleFolder = result.GetValue(oracle),
            },
            cancellationToken));
        return command;
    }

    private static Option<int?> Whole(string name, string description, int least, int most)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            // What is no number at all is told by the parser itself.
            if (result.Tokens is [{ Value: var text }] && long.TryParse(text, out var value) && (value < least || value > most))
            {
                result.AddError($"{name} is a whole number from {least} to {most}; got {text}.");
            }
        });
        return option;
    }
}
