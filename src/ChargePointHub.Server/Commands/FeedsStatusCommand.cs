using System.CommandLine;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Commands;

/// <summary><c>feeds status</c>: how collecting goes, from the database; the hub may run or not.</summary>
internal static class FeedsStatusCommand
{
    public static Command Create(CommandContext context)
    {
        var only = new Argument<string?>("OPERATOR") { Description = "An operator_id; not given: all of them.", Arity = ArgumentArity.ZeroOrOne };
        var json = CommandContext.JsonOption();
        var status = new ExampleCommand(
            "status", "Shows per operator and dataset the last attempt and success, what fails and why, the share of history that is here, gaps and how they are filled, crawls that are held, and what is due next.",
            "feeds status", "feeds status lamplight", "feeds status --json") { only, json };
        status.SetAction(context.Guarded(async (parsed, ct) =>
        {
            var options = context.Arguments.Read(parsed);
            var registry = OperatorFiles.Load(options.Operators);
            var wanted = registry.Operators.Where(o => parsed.GetValue(only) is not { } id || o.OperatorId == id).ToList();
            if (wanted.Count == 0 && parsed.GetValue(only) is { } asked) throw new StartException([Unknown(asked, [.. registry.Operators.Select(o => o.OperatorId)])]);
            await using var database = await context.OpenExistingAsync(options, ct);
            var now = context.Time.GetUtcNow();
            var states = await FeedState.ReadAsync(wanted, database.Source, now, ct);
            await (parsed.GetValue(json) ? context.WriteJsonAsync(states.Select(Listed)) : TellPersonAsync(context, states, now));
            if (OperatorFiles.Differing(await new OperatorLeases(database.Source).ReadAsync(ct), registry) is { } differing) await context.Error.WriteLineAsync(differing);
            return states.Any(s => s.IsAtFault) ? ExitCode.Refused : ExitCode.Done;
        }));
        return status;
    }

    private static string Unknown(string asked, IReadOnlyList<string> known)
    {
        var meant = Nearest.Of(asked, known) is { } near ? $" Was {near} meant?" : "";
        return $"There is no operator file of '{asked}'.{meant} Operators: {(known.Count == 0 ? "none" : string.Join(", ", known))}.";
    }

    private static async Task TellPersonAsync(CommandContext context, IReadOnlyList<FeedState> states, DateTimeOffset now)
    {
        if (states.Count == 0)
        {
            await context.Error.WriteLineAsync("There are no operator files yet, so nothing is collected; README.md shows a complete one.");
            return;
        }

        await context.WriteTableAsync(
        [
            ["OPERATOR", "DATASET", "STATE", "LAST SUCCESS", "COVERED", "OPEN GAPS", "LOST", "NEXT DUE", "HISTORY ASKED"],
            .. states.Select(s => new[]
            {
                s.OperatorId, s.Dataset.Name, s.Word, Ago(s.LastSuccessAt, now), s.CoveredPercent is { } percent ? $"{percent:0.0} %" : "-",
                s.OpenGaps == 0 ? "none" : $"{s.OpenGaps} ({Span(s.OpenTime)})", s.LostTime == TimeSpan.Zero ? "none" : Span(s.LostTime),
                s.NextDueAt is { } due ? due > now ? $"in {Span(due - now)}" : "now" : "-", Ago(s.LastBackfillAt, now),
            }),
        ]);
        foreach (var s in states.Where(s => s.Filling is not null))
        {
            var left = s.Filling!.TimeLeft is { } time ? $"at that pace {Span(time)} are left" : "how long the rest takes cannot be told yet";
            await context.Output.WriteLineAsync(
                $"{s.OperatorId} {s.Dataset}: {s.Filling.HerePercent:0.0} % is here, {Span(s.Filling.Missing)} are missing; {Span(s.Filling.FilledLastHour)} came in the last hour, {left}.");
        }

        foreach (var s in states.Where(s => s.Hold is not null))
        {
            await context.Output.WriteLineAsync(
                $"{s.OperatorId} {s.Dataset}: held for {Span(now - s.Hold!.HeldAt)}: of {s.Hold.Known} charge points {s.Hold.Vanishing} would vanish and {s.Hold.Changing} move. If that is true: feeds release {s.OperatorId}");
        }

        foreach (var s in states.Where(s => s.Failure is not null || s.IsOverdue))
        {
            await context.Output.WriteLineAsync(s.Failure is { } failure
                ? $"{s.OperatorId} {s.Dataset}: {failure}: {s.Detail}"
                : $"{s.OperatorId} {s.Dataset}: last tried {Ago(s.LastAttemptAt, now)}; does a hub run that collects?");
        }
    }

    private static object Listed(FeedState s) => new
    {
        s.OperatorId,
        s.FeedId,
        Dataset = s.Dataset.Name,
        State = s.Word,
        LastAttemptAt = CommandContext.Text(s.LastAttemptAt),
        LastSuccessAt = CommandContext.Text(s.LastSuccessAt),
        s.Failure,
        s.Detail,
        s.CoveredPercent,
        s.OpenGaps,
        OpenSeconds = (long)s.OpenTime.TotalSeconds,
        OldestGapFrom = CommandContext.Text(s.OldestGapFrom),
        LostSeconds = (long)s.LostTime.TotalSeconds,
        NextDueAt = CommandContext.Text(s.NextDueAt),
        LastBackfillAt = CommandContext.Text(s.LastBackfillAt),
        s.BackfillFailure,
        Hold = s.Hold is not { } hold ? null : new { HeldAt = CommandContext.Text(hold.HeldAt), LastHeldAt = CommandContext.Text(hold.LastHeldAt), hold.Known, hold.Vanishing, hold.Changing },
        Filling = s.Filling is not { } filling ? null : new
        {
            filling.HerePercent,
            MissingSeconds = (long)filling.Missing.TotalSeconds,
            FilledLastHourSeconds = (long)filling.FilledLastHour.TotalSeconds,
            SecondsLeft = (long?)filling.TimeLeft?.TotalSeconds,
        },
    };

    private static string Ago(DateTimeOffset? at, DateTimeOffset now) => at is { } then ? $"{Span(now > then ? now - then : TimeSpan.Zero)} ago" : "never";

    /// <summary>In the one or two units that say enough.</summary>
    private static string Span(TimeSpan span) =>
        span.TotalDays >= 2 ? $"{(long)span.TotalDays} d"
        : span.TotalHours >= 2 ? $"{(long)span.TotalHours} h"
        : span.TotalMinutes >= 2 ? $"{(long)span.TotalMinutes} min"
        : $"{(long)span.TotalSeconds} s";
}
