using System.CommandLine;
using System.Diagnostics;
using ChargePointHub.Model;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store.Figures;

namespace ChargePointHub.Server.Commands;

/// <summary><c>rollups verify|rebuild</c>: holds figures against the records that they are made of.</summary>
internal static class RollupsCommand
{
    private const int Told = 10;

    public static Command Create(CommandContext context) =>
        new ExampleCommand("rollups", "Holds the roll-ups of days, which figures are read from, against the sessions that they are made of.", "rollups verify", "rollups verify lamplight --period 2026-10", "rollups rebuild lamplight")
        {
            Verify(context),
            Rebuild(context),
        };

    private static ExampleCommand Verify(CommandContext context)
    {
        var only = QuarantineCommand.OperatorArgument();
        var period = new Option<string?>("--period") { Description = "A London day, week, month, quarter or year, such as 2026-10. Not given: everything.", HelpName = "PERIOD" };
        period.Validators.Add(r =>
        {
            if (r.Tokens is not [var text] || !LondonCalendar.TryParsePeriod(text.Value, out _)) r.AddError($"--period is '{string.Join(' ', r.Tokens)}'; it takes 2026-11-20, 2026-W47, 2026-11, 2026-Q4 or 2026.");
        });
        var verify = new ExampleCommand("verify", "Computes the days anew and says what differs; changes nothing. Hubs may run meanwhile. Exit code 1 where something differs.", "rollups verify", "rollups verify lamplight --period 2026-10") { only, period };
        verify.SetAction(context.Guarded(async (parsed, ct) =>
        {
            await using var database = await context.OpenExistingAsync(context.Arguments.Read(parsed), ct);
            var rollup = new UsageRollup(database.Source);
            var span = await rollup.ReadSpanAsync(ct);
            if (LondonCalendar.TryParsePeriod(parsed.GetValue(period), out var window)) span = (LondonCalendar.DayOf(window.Value.From), LondonCalendar.DayOf(window.Value.To).AddDays(-1));
            if (span is not { } days)
            {
                await context.Output.WriteLineAsync("There are no sessions, and so no days.");
                return ExitCode.Done;
            }

            var (clock, found) = (Stopwatch.StartNew(), new List<UsageDifference>());
            var check = await rollup.CompareAsync(
                days.First, days.Last, parsed.GetValue(only), d => { if (found.Count < Told) found.Add(d); },
                new Reading(read => context.Progress.Show($"{read:N0} sessions read, {read / Math.Max(1, clock.Elapsed.TotalSeconds):N0} a second")), ct);
            context.Progress.Clear();
            foreach (var d in found) await context.Output.WriteLineAsync($"{d.ChargePointId} on {d.Day:yyyy-MM-dd}: the roll-up has {Text(d.Stored)}; its sessions add up to {Text(d.Computed)}.");
            if (check.Differences > found.Count) await context.Output.WriteLineAsync($"... and {check.Differences - found.Count:N0} more.");
            await context.Output.WriteLineAsync(
                $"{check.Compared:N0} charge point days from {days.First:yyyy-MM-dd} to {days.Last:yyyy-MM-dd} out of {check.Sessions:N0} sessions: {(check.Differences == 0 ? "no difference." : $"{check.Differences:N0} differ. `rollups rebuild OPERATOR` makes them anew.")}");
            return check.Differences == 0 ? ExitCode.Done : ExitCode.Refused;
        }));
        return verify;
    }

    private static ExampleCommand Rebuild(CommandContext context)
    {
        var operatorId = new Argument<string>("OPERATOR") { Description = "An operator_id." };
        var rebuild = new ExampleCommand("rebuild", "Makes an operator's days anew of its sessions. Hubs may run meanwhile; this operator's pages wait.", "rollups rebuild lamplight") { operatorId };
        rebuild.SetAction(context.Guarded(async (parsed, ct) =>
        {
            await using var database = await context.OpenExistingAsync(context.Arguments.Read(parsed), ct);
            var (clock, id, sessions) = (Stopwatch.StartNew(), parsed.GetRequiredValue(operatorId), 0L);
            sessions = await new UsageRollup(database.Source).RebuildAsync(id, new Reading(read => context.Progress.Show($"{read:N0} sessions read, {read / Math.Max(1, clock.Elapsed.TotalSeconds):N0} a second")), ct);
            context.Progress.Clear();
            await context.Output.WriteLineAsync(sessions == 0 ? $"There are no sessions of '{id}'." : $"The days of {id} were made anew of {sessions:N0} sessions.");
            return ExitCode.Done;
        }));
        return rebuild;
    }

    private static string Text(UsageFigures figures) => figures == default ? "nothing"
        : $"{figures.Sessions} sessions, {figures.EnergyWh} Wh, {figures.PluggedMicroseconds / 60_000_000m:0.###} min plugged in, {figures.ChargingMicroseconds / 60_000_000m:0.###} min charging, GBP {figures.RevenueIncVat:0.00##}";

    /// <summary>Told at once, in the thread that reads.</summary>
    private sealed class Reading(Action<long> show) : IProgress<long>
    {
        public void Report(long value) => show(value);
    }
}
