using System.CommandLine;
using System.Globalization;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Commands;

/// <summary><c>audit list</c>: who read restricted data, as whoever keeps the hub sees it.</summary>
internal static class AuditListCommand
{
    private const int UsualLimit = 100;

    public static Command Create(CommandContext context)
    {
        var only = new Option<string?>("--operator") { Description = "Only readings of this operator's data, and of each only what concerns it.", HelpName = "ID" };
        var since = new Option<string?>("--since") { Description = "Only readings that began at this instant or later: with an offset, or a London date.", HelpName = "TIME" };
        since.Validators.Add(r =>
        {
            if (r.Tokens is [var token] && TimeText.Parse(token.Value) is null) r.AddError($"--since is '{token.Value}'; expected: 2026-11-20T08:00:00Z, or the London date 2026-11-20.");
        });
        var limit = new Option<string?>("--limit") { Description = $"At most so many, the newest; not given: {UsualLimit}.", HelpName = "N" };
        limit.Validators.Add(r =>
        {
            if (r.Tokens is [var token] && Number(token.Value) is null) r.AddError($"--limit is '{token.Value}'; allowed: a whole number from 1 to {HubParameters.LargestLimit}.");
        });
        var json = CommandContext.JsonOption();
        var list = new ExampleCommand("list", "Shows who read restricted data, newest first.", "audit list", "audit list --operator lamplight --since 2026-11-01 --json") { only, since, limit, json };
        list.SetAction(context.Guarded(async (parsed, ct) =>
        {
            await using var database = await context.OpenExistingAsync(context.Arguments.Read(parsed), ct);
            Window? window = parsed.GetValue(since) is { } from ? new Window(TimeText.Parse(from)!.Value, DateTimeOffset.MaxValue) : null;
            var wanted = Number(parsed.GetValue(limit)) ?? UsualLimit;
            var readings = await new AuditQueries(database.Source).ReadAsync(new AuditQuery(parsed.GetValue(only), window, null, wanted), Scope.Everything, ct);
            if (parsed.GetValue(json)) await context.WriteJsonAsync(readings.Select(Listed));
            else if (readings.Count == 0) await context.Error.WriteLineAsync("Nobody has read any of this.");
            else await TellPersonAsync(context, readings, wanted);
            return ExitCode.Done;
        }));
        return list;
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= HubParameters.LargestLimit ? number : null;

    private static async Task TellPersonAsync(CommandContext context, IReadOnlyList<AuditedReading> readings, int wanted)
    {
        await context.WriteTableAsync(
        [
            ["READ AT", "KEY ID", "READER", "OUTCOME", "RECORDS", "OPERATORS", "ASKED"],
            .. readings.Select(r => new[]
            {
                Instants.Format(r.OpenedAt), r.KeyId, r.Holder, Outcome(r) ?? "-", r.Records is { } records ? $"{records}" : "-", string.Join(", ", r.Operators), r.Path + (r.Filter.Length > 0 ? "?" + r.Filter : ""),
            }),
        ]);
        if (readings.Count == wanted) await context.Error.WriteLineAsync($"The newest {wanted} are shown; --limit shows more, --since bounds them.");
    }

    private static string? Outcome(AuditedReading reading) => reading.Outcome is { } outcome ? Words<Store.Audit.ReadOutcome>.Of(outcome) : null;

    private static object Listed(AuditedReading r) => new
    {
        ReadAt = Instants.Format(r.OpenedAt),
        r.KeyId,
        r.OrganisationId,
        Reader = r.Holder,
        r.Rights,
        r.Operators,
        r.Route,
        r.Path,
        r.Filter,
        r.RequestId,
        Outcome = Outcome(r),
        EndedAt = CommandContext.Text(r.ClosedAt),
        r.Records,
        r.Bytes,
    };
}
