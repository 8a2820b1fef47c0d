using System.CommandLine;

namespace ChargePointHub.Server.Commands;

/// <summary><c>findings check</c>.</summary>
internal static class FindingsCommand
{
    public static Command Create(CommandContext context) =>
        new ExampleCommand("findings", "Judges what is stored of operators by the rules over all their records.", "findings check", "findings check lamplight --period 2026-11") { FindingsCheckCommand.Create(context) };
}
