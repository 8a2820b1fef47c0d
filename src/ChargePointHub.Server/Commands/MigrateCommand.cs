using System.CommandLine;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Commands;

/// <summary><c>migrate</c>: the database's shape, apart from a start.</summary>
internal static class MigrateCommand
{
    public static Command Create(CommandContext context)
    {
        var migrate = new ExampleCommand(
            "migrate", "Brings the database to this version's schema and ends; a hub does the same at its start.", "migrate", "migrate --database file:/etc/chargepointhub/database");
        migrate.SetAction(context.Guarded(async (parsed, ct) =>
        {
            await using var database = await HubDatabaseHandle.JoinAsync(context.Arguments.Read(parsed), ct);
            var started = context.Time.GetTimestamp();
            var applied = await Migrator.MigrateAsync(database.Source, ct, name => context.Progress.Show($"Applying {name}"));
            context.Progress.Clear();
            await context.Output.WriteLineAsync(
                applied.Count == 0 ? "The database is up to date." : $"Applied: {string.Join(", ", applied)}, in {context.Time.GetElapsedTime(started).TotalSeconds:0.0} s.");
            return ExitCode.Done;
        }));
        return migrate;
    }
}
