using System.Globalization;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Conformance;

/// <summary>Judges what an operator reports of one period by itself. Pure.</summary>
public static class UsageCheck
{
    /// <summary>Percentage points within which a utilisation is that of its minutes: operators round to whole ones.</summary>
    private const decimal Rounding = 1;

    private static readonly string[] Percents = ["utilisation_percent", "charging_utilisation_percent"];

    private static readonly string[] Minutes = ["plugged_minutes", "charging_minutes", "idle_minutes", "open_minutes"];

    private static readonly (string Part, string Whole)[] Parts =
        [("successful_sessions", "sessions"), ("charging_minutes", "plugged_minutes"), ("idle_minutes", "plugged_minutes"), ("unused_charge_points", "charge_points")];

    private static readonly (string Percent, string Minutes)[] Shares = [("utilisation_percent", "plugged_minutes"), ("charging_utilisation_percent", "charging_minutes")];

    /// <param name="window">The period that the file was handed in for; null: not known.</param>
    public static void Check(ReportedUsage usage, DateTimeOffset now, Window? window, Findings findings)
    {
        var period = new Window(usage.PeriodFrom, usage.PeriodTo);
        if (period.To > now) findings.Add(UsageRules.PeriodNotOver, "/period", usage.Period, $"{usage.Period} ends at {Instants.Format(period.To)}.");
        if (window is { } stated && !stated.Contains(period)) findings.Add(ValueRules.OutsideWindow, "/period", usage.Period);
        if (usage.Currency is not (null or "GBP")) findings.Add(ChargePointRules.CurrencyNotGbp, "/currency", usage.Currency);
        var figures = usage.Figures().Where(f => f.Value is not null).ToDictionary(f => f.Name, f => f.Value!.Value);
        if (figures.Count == 0) findings.Add(UsageRules.FiguresMissing, "", null);
        foreach (var (name, value) in figures.Where(f => f.Value < 0 && f.Key != "revenue_inc_vat")) findings.Add(UsageRules.Negative, $"/{name}", Text(value));
        foreach (var name in Percents.Where(p => figures.GetValueOrDefault(p) > 100)) findings.Add(UsageRules.PercentOverHundred, $"/{name}", Text(figures[name]));
        CheckMinutes(usage, period, figures, findings);
        foreach (var (part, whole) in Parts)
        {
            if (figures.TryGetValue(part, out var few) && figures.TryGetValue(whole, out var all) && few > all)
                findings.Add(UsageRules.PartOverWhole, $"/{part}", Text(few), $"{part} is {Text(few)}, and {whole} is {Text(all)}.");
        }

        foreach (var (percent, minutes) in Shares)
        {
            if (!figures.TryGetValue(percent, out var said) || !figures.TryGetValue(minutes, out var used) || figures.GetValueOrDefault("open_minutes") is not (> 0 and var open)) continue;
            var share = used / open * 100;
            if (Math.Abs(share - said) > Rounding) findings.Add(UsageRules.UtilisationDisagrees, $"/{percent}", Text(said), $"{minutes} of open_minutes make {share.ToString("0.##", CultureInfo.InvariantCulture)} %.");
        }
    }

    /// <summary>Of a location or an operator how many charge points there are must be said, or nothing is judged.</summary>
    private static void CheckMinutes(ReportedUsage usage, Window period, Dictionary<string, decimal> figures, Findings findings)
    {
        if ((usage.Group == UsageGroup.ChargePoint ? 1 : usage.ChargePoints) is not (> 0 and var chargePoints)) return;
        var most = (decimal)period.Length.TotalMinutes * chargePoints;
        foreach (var name in Minutes.Where(m => figures.GetValueOrDefault(m) > most))
            findings.Add(UsageRules.MinutesOverPeriod, $"/{name}", Text(figures[name]), $"{usage.Period} has {Text(most)} minutes for {chargePoints} charge point{(chargePoints == 1 ? "" : "s")}.");
    }

    private static string Text(decimal value) => value.ToString("0.############", CultureInfo.InvariantCulture);
}
