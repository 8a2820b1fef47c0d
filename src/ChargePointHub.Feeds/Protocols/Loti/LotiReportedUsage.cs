using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Loti;

/// <summary>What an operator reports of a period becomes ours, or is refused. It comes in files alone, whose rows are written in this form.</summary>
internal sealed class LotiReportedUsage(FeedDefinition feed, RecordReader reader, DateTimeOffset now)
{
    /// <summary>Keeps sums from overflowing; what is judged is judged by the rules.</summary>
    private const int Most = 1_000_000_000;

    private static readonly FieldNames Fields = new(
        "group", "charge_point_id", "location_id", "period", "first_day", "last_day", "sessions", "successful_sessions", "energy_kwh", "plugged_minutes", "charging_minutes",
        "idle_minutes", "open_minutes", "utilisation_percent", "charging_utilisation_percent", "sessions_per_day", "charge_points", "unused_charge_points", "revenue_inc_vat",
        "currency", "last_updated");

    private static readonly AllowList Allowed = new(Fields.All);

    public void Add(JsonElement row, PageBuilder page, Window? window)
    {
        reader.At = "";
        string? chargePoint = null, location = null, periodText = null, currency = null;
        UsageGroup? group = null;
        DateOnly? first = null, last = null;
        DateTimeOffset? updated = null;
        var figures = new Dictionary<string, decimal?>(StringComparer.Ordinal);
        var expected = 0;
        foreach (var property in row.EnumerateObject())
        {
            var name = Fields.Find(JsonMarshal.GetRawUtf8PropertyName(property), ref expected);
            var value = property.Value;
            switch (name)
            {
                case null: break;
                case "group": group = reader.Word<UsageGroup>(value, name); break;
                case "charge_point_id": chargePoint = reader.Id(value, name, isKey: true); break;
                case "location_id": location = reader.Id(value, name, isKey: true); break;
                case "period": periodText = reader.Text(value, name, 40); break;
                case "first_day": first = reader.Day(value, name); break;
                case "last_day": last = reader.Day(value, name); break;
                case "sessions" or "successful_sessions" or "charge_points" or "unused_charge_points": figures[name] = reader.Whole(value, name, -Most, Most); break;
                case "energy_kwh": figures[name] = Energy.Read(reader, value, name); break;
                case "currency": currency = reader.Text(value, name, 3); break;
                case "last_updated": updated = reader.Instant(value, name); break;
                default: figures[name] = reader.Number(value, name, -Most * 1000m, Most * 1000m); break;
            }
        }

        var ownGroupId = group switch { UsageGroup.ChargePoint => chargePoint, UsageGroup.Location => location, _ => null };
        if (group is null) reader.Add(ValueRules.IdMissing, "group", null, "What the figures are of is not said: charge_point, location or operator.");
        else if (group != UsageGroup.Operator && ownGroupId is null && !reader.Findings.RefusesRecord) reader.Add(ValueRules.IdMissing, group == UsageGroup.Location ? "location_id" : "charge_point_id", null);
        var period = PeriodOf(periodText, first, last);
        var id = period is null || group is null || (group != UsageGroup.Operator && ownGroupId is null) ? null : ReportedUsage.IdOf(group.Value, ownGroupId, period.Text);
        if (reader.Findings.RefusesRecord)
        {
            page.Refuse(Dataset.ReportedUsage, id, Allowed, row, reader.Findings.Take(), chargePoint);
            return;
        }

        var usage = new ReportedUsage
        {
            ReportedUsageId = $"{feed.OperatorId}:{id}",
            OperatorId = feed.OperatorId,
            Group = group!.Value,
            ChargePointId = group == UsageGroup.ChargePoint ? $"{feed.OperatorId}:{ownGroupId}" : null,
            LocationId = group == UsageGroup.Location ? $"{feed.OperatorId}:{ownGroupId}" : null,
            Period = period!.Text,
            PeriodUnit = period.Unit,
            PeriodFrom = period.Window.From,
            PeriodTo = period.Window.To,
            Sessions = (int?)Figure("sessions"),
            SuccessfulSessions = (int?)Figure("successful_sessions"),
            EnergyKwh = Figure("energy_kwh"),
            PluggedMinutes = Figure("plugged_minutes"),
            ChargingMinutes = Figure("charging_minutes"),
            IdleMinutes = Figure("idle_minutes"),
            OpenMinutes = Figure("open_minutes"),
            UtilisationPercent = Figure("utilisation_percent"),
            ChargingUtilisationPercent = Figure("charging_utilisation_percent"),
            SessionsPerDay = Figure("sessions_per_day"),
            ChargePoints = (int?)Figure("charge_points"),
            UnusedChargePoints = (int?)Figure("unused_charge_points"),
            RevenueIncVat = Figure("revenue_inc_vat"),
            Currency = currency,
            LastUpdated = updated,
        };
        UsageCheck.Check(usage, now, window, reader.Findings);
        if (reader.Findings.RefusesRecord) page.Refuse(Dataset.ReportedUsage, id, Allowed, row, reader.Findings.Take(), chargePoint);
        else page.Add(usage, reader.Findings.Take());

        decimal? Figure(string name) => figures.GetValueOrDefault(name);
    }

    /// <summary>By its word, else by its days, of which both are needed.</summary>
    private Period? PeriodOf(string? text, DateOnly? first, DateOnly? last)
    {
        var period = text is not null ? Period.Parse(text) : first is { } from && last is { } to ? Period.Of(from, to) : null;
        if (period is not null) return period;
        if (text is not null) reader.Add(UsageRules.PeriodUnusable, "period", text);
        else if (first is not null || last is not null) reader.Add(UsageRules.PeriodUnusable, "first_day", $"{Shown(first)} to {Shown(last)}");
        else reader.Add(UsageRules.PeriodUnusable, "period", null, "The row does not say which period its figures are of.");
        return null;
    }

    private static string Shown(DateOnly? day) => day?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) ?? "(nothing)";
}
