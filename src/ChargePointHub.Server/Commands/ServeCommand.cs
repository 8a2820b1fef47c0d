using System.CommandLine;
using ChargePointHub.Server.Hosting;

namespace ChargePointHub.Server.Commands;

/// <summary><c>serve</c>: the hub itself.</summary>
internal static class ServeCommand
{
    public static Command Create(CommandContext context)
    {
        var serve = new ExampleCommand(
            "serve",
            "Polls the operators and serves the API, until it is stopped (the default).",
            "serve",
            "serve --collect false --port 9443")
        { RunsUntilStopped = true };
        serve.SetAction(context.Guarded((parsed, ct) => ServeAsync(context, parsed, ct)));
        return serve;
    }

    public static async Task<ExitCode> ServeAsync(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var hub = await HubHost.StartAsync(context.Arguments.Read(parsed), new HubParts(), cancellationToken);
        foreach (var note in hub.DatabaseNotes.Concat(hub.Warnings)) await context.Output.WriteLineAsync(note);
        await context.Output.WriteLineAsync($"The hub answers at {hub.BaseUrl}/v1/charge-points" + (hub.CaFile is { } ca ? $" (clients trust {ca})" : ""));
        var ended = await hub.WaitForShutdownAsync(cancellationToken);
        await hub.DrainAsync();
        return ended;
    }
}
