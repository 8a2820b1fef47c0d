using System.CommandLine;
using System.Diagnostics;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using ChargePointHub.Store.Figures;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Commands;

/// <summary><c>rollups verify|rebuild</c>: holds the days that figures are read from against the sessions and status changes that they are made of.</summary>
internal static class RollupsCommand
{
    private const int Told = 10;

    public static Command Create(CommandContext context) =>
        new ExampleCommand("rollups", "Holds the roll-ups of days, which figures are read from, against the sessions and status changes that they are made of.", "rollups verify", "rollups verify lamplight --period 2026-10", "rollups rebuild lamplight")
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
            await RefuseUnknownAsync(database.Source, parsed.GetValue(only), ct);
            (DateOnly First, DateOnly Last)? asked = LondonCalendar.TryParsePeriod(parsed.GetValue(period), out var window) ? (LondonCalendar.DayOf(window.Value.From), LondonCalendar.DayOf(window.Value.To).AddDays(-1)) : null;
            var sessions = await VerifySessionsAsync(context, new UsageRollup(database.Source), parsed.GetValue(only), asked, ct);
            var statuses = await VerifyStatusesAsync(context, database.Source, parsed.GetValue(only), asked, ct);
            if (sessions + statuses == 0) return ExitCode.Done;
            await context.Output.WriteLineAsync("`rollups rebuild OPERATOR` makes an operator's days anew.");
            return ExitCode.Refused;
        }));
        return verify;
    }

    /// <returns>How many days differ.</returns>
    private static async Task<long> VerifySessionsAsync(CommandContext context, UsageRollup rollup, string? only, (DateOnly First, DateOnly Last)? asked, CancellationToken cancellationToken)
    {
        if ((asked ?? await rollup.ReadSpanAsync(cancellationToken)) is not { } days)
        {
            await context.Output.WriteLineAsync("There are no sessions, and so no days of them.");
            return 0;
        }

        var (clock, found) = (Stopwatch.StartNew(), new List<UsageDifference>());
        var check = await rollup.CompareAsync(
            days.First, days.Last, only, d => { if (found.Count < Told) found.Add(d); },
            new Reading(read => context.Progress.Show($"{read:N0} sessions read, {read / Math.Max(1, clock.Elapsed.TotalSeconds):N0} a second")), cancellationToken);
        context.Progress.Clear();
        foreach (var d in found) await context.Output.WriteLineAsync($"{d.ChargePointId} on {d.Day:yyyy-MM-dd}: the roll-up has {Text(d.Stored)}; its sessions add up to {Text(d.Computed)}.");
        if (check.Differences > found.Count) await context.Output.WriteLineAsync($"... and {check.Differences - found.Count:N0} more.");
        await context.Output.WriteLineAsync($"{check.Compared:N0} charge point days from {days.First:yyyy-MM-dd} to {days.Last:yyyy-MM-dd} out of {check.Sessions:N0} sessions: {Outcome(check.Differences)}");
        return check.Differences;
    }

    /// <returns>How many days differ.</returns>
    private static async Task<long> VerifyStatusesAsync(CommandContext context, Database database, string? only, (DateOnly First, DateOnly Last)? asked, CancellationToken cancellationToken)
    {
        var (rollup, (first, last)) = (new StatusRollup(database), asked ?? (DateOnly.MinValue, DateOnly.MaxValue));
        var clock = await new RecordQueries(database).ReadClockAsync(cancellationToken);
        var hours = (await new NetworkQueries(database).ReadAsync(clock, Dataset.StatusChanges, Scope.Everything, cancellationToken)).Where(p => p.Hours is { IsAlways: false }).ToLookup(p => p.OperatorId);
        var (compared, differences, found) = (0L, 0L, new List<StatusDifference>());
        var operators = (await rollup.ReadOperatorsAsync(cancellationToken)).Where(o => only is null || o == only).ToList();
        for (var i = 0; i < operators.Count; i++)
        {
            context.Progress.Show($"days of status: {i:N0} of {operators.Count:N0} operators, {compared:N0} charge point days");
            var wanted = new StatusDaysWanted(operators[i], null, DateOnly.MaxValue, hours[operators[i]].ToDictionary(p => p.ChargePointId, p => p.Hours!, StringComparer.Ordinal));
            var check = await rollup.CompareAsync(wanted, first, last, d => { if (found.Count < Told) found.Add(d); }, cancellationToken);
            (compared, differences) = (compared + check.Compared, differences + check.Differences);
        }

        context.Progress.Clear();
        foreach (var d in found) await context.Output.WriteLineAsync($"{d.ChargePointId} on {d.Day:yyyy-MM-dd}: the roll-up has {Text(d.Stored)}; by its status changes it was {Text(d.Computed)}.");
        if (differences > found.Count) await context.Output.WriteLineAsync($"... and {differences - found.Count:N0} more.");
        await context.Output.WriteLineAsync($"{compared:N0} charge point days of status out of what was reported and seen: {Outcome(differences)}");
        return differences;
    }

    /// <summary>Of an operator of which nothing is here there is nothing to say, least of all that all is well.</summary>
    private static async Task RefuseUnknownAsync(Database database, string? named, CancellationToken cancellationToken)
    {
        if (named is null) return;
        var known = await new UsageRollup(database).ReadOperatorsAsync(cancellationToken);
        if (known.Contains(named)) return;
        throw new StartException([$"There is nothing of '{named}' in this database.{(Nearest.Of(named, known) is { } near ? $" Was {near} meant?" : "")} Operators: {(known.Count == 0 ? "none" : string.Join(", ", known))}."]);
    }

    private static string Outcome(long differences) => differences == 0 ? "no difference." : $"{differences:N0} differ.";

    private static ExampleCommand Rebuild(CommandContext context)
    {
        var operatorId = new Argument<string>("OPERATOR") { Description = "An operator_id." };
        var rebuild = new ExampleCommand("rebuild", "Makes an operator's days anew: of its sessions at once, while its pages wait; of its status changes by the next hub that runs, until when they are worked out as they are read.", "rollups rebuild lamplight") { operatorId };
        rebuild.SetAction(context.Guarded(async (parsed, ct) =>
        {
            await using var database = await context.OpenExistingAsync(context.Arguments.Read(parsed), ct);
            var (clock, id, sessions) = (Stopwatch.StartNew(), parsed.GetRequiredValue(operatorId), 0L);
            await RefuseUnknownAsync(database.Source, id, ct);
            sessions = await new UsageRollup(database.Source).RebuildAsync(id, new Reading(read => context.Progress.Show($"{read:N0} sessions read, {read / Math.Max(1, clock.Elapsed.TotalSeconds):N0} a second")), ct);
            await new StatusRollup(database.Source).ForgetAsync(id, ct);
            context.Progress.Clear();
            await context.Output.WriteLineAsync(sessions == 0 ? $"There are no sessions of '{id}'. A hub makes its days of status anew, if it has any." : $"The days of {id} were made anew of {sessions:N0} sessions. A hub makes its days of status anew.");
            return ExitCode.Done;
        }));
        return rebuild;
    }

    private static string Text(UsageFigures figures) => figures == default ? "nothing"
        : $"{figures.Sessions} sessions, {figures.EnergyWh} Wh, {figures.PluggedMicroseconds / 60_000_000m:0.###} min plugged in, {figures.ChargingMicroseconds / 60_000_000m:0.###} min charging, GBP {figures.RevenueIncVat:0.00##}";

    private static string Text(StatusMicroseconds time) => time == default ? "nothing"
        : string.Join(", ", Enum.GetValues<Status>().Where(s => s != Status.Missing && time.In(s) != 0).Select(s => $"{time.In(s) / 60_000_000m:0.###} min {Words<Status>.Of(s)}"));

    /// <summary>Told at once, in the thread that reads.</summary>
    private sealed class Reading(Action<long> show) : IProgress<long>
    {
        public void Report(long value) => show(value);
    }
}
