using System.CommandLine;

namespace ChargePointHub.Server.Commands;

/// <summary><c>feeds check|discover|try|register|rotate|status|release</c>.</summary>
internal static class FeedsCommand
{
    public static Command Create(CommandContext context) =>
        new ExampleCommand("feeds", "Proposes, checks and tries operator files, registers with OCPI operators, shows how collecting goes, and lets held crawls through.", "feeds check operators", "feeds try operators/lamplight.json", "feeds status", "feeds status lamplight --json")
        {
            FeedsCheckCommand.Create(context),
            FeedsDiscoverCommand.Create(context),
            FeedsTryCommand.Create(context),
            FeedsRegisterCommand.Register(context),
            FeedsRegisterCommand.Rotate(context),
            FeedsStatusCommand.Create(context),
            FeedsReleaseCommand.Create(context),
        };
}
