using System.CommandLine;

namespace ChargePointHub.Server.Commands;

/// <summary><c>audit verify|list</c>.</summary>
internal static class AuditCommand
{
    public static Command Create(CommandContext context) =>
        new ExampleCommand("audit", "Checks and shows the record of who read restricted data.", "audit verify", "audit list --operator lamplight --since 2026-11-01")
        {
            AuditVerifyCommand.Create(context),
            AuditListCommand.Create(context),
        };
}
