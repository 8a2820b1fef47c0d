using System.CommandLine;

namespace ChargePointHub.Server.Commands;

/// <summary><c>feeds check|status</c>.</summary>
internal static class FeedsCommand
{
    public static Command Create(CommandContext context) =>
        new ExampleCommand("feeds", "Checks operator files, and shows how collecting goes.", "feeds check operators", "feeds status", "feeds status lamplight --json")
        {
            FeedsCheckCommand.Create(context),
            FeedsStatusCommand.Create(context),
        };
}
