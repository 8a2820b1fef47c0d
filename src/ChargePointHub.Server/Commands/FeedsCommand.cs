using System.CommandLine;

namespace ChargePointHub.Server.Commands;

/// <summary><c>feeds check|status|release</c>.</summary>
internal static class FeedsCommand
{
    public static Command Create(CommandContext context) =>
        new ExampleCommand("feeds", "Checks operator files, shows how collecting goes, and lets held crawls through.", "feeds check operators", "feeds status", "feeds status lamplight --json")
        {
            FeedsCheckCommand.Create(context),
            FeedsStatusCommand.Create(context),
            FeedsReleaseCommand.Create(context),
        };
}
