using System.CommandLine;
using ChargePointHub.Server.Hosting;

namespace ChargePointHub.Server.Commands;

/// <summary><c>config reference</c>: every setting, from the options classes.</summary>
internal static class ConfigCommand
{
    public static Command Create(CommandContext context)
    {
        var reference = new ExampleCommand("reference", "Prints every setting: names, type, default, meaning, allowed values; in Markdown.", "config reference");
        reference.SetAction(context.Guarded(async (_, _) =>
        {
            await context.Output.WriteAsync(SettingReference.OfHub());
            return ExitCode.Done;
        }));
        return new ExampleCommand("config", "What can be set, and how.", "config reference") { reference };
    }
}
