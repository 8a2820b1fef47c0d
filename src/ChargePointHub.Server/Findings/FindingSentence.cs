using System.Globalization;
using ChargePointHub.Model;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Findings;

/// <summary>What was found, for a person. Made when it is told: nothing of it is kept.</summary>
internal static class FindingSentence
{
    public static string Of(DatasetRule rule, DatasetFinding found)
    {
        var (measured, threshold) = (Number(found.Measured), Number(found.Threshold));
        var from = found.From is { } at ? Instants.Format(at) : null;
        if (rule == DatasetRule.SessionsOverlap) return $"At {found.ChargePointId} it overlaps {found.OtherId} by {measured} minutes, from {from}.";
        if (rule == DatasetRule.SessionNotOccupied) return $"{found.ChargePointId} had this session for {measured} minutes from {from}, and its status never said so.";
        if (rule == DatasetRule.OccupiedWithoutSession) return $"{found.ChargePointId} was CHARGING for {measured} minutes from {from}, and there is no session.";
        if (rule == DatasetRule.ChargePointSilent) return from is null ? $"Of {found.ChargePointId} nothing was ever heard." : $"Nothing was heard of {found.ChargePointId} for {measured} days, since {from}.";
        var of = rule == DatasetRule.OftenUnknown ? "minutes" : rule.Dataset == Dataset.ChargePoints ? "charge points" : "sessions";
        var week = found.From is { } monday ? $" in the week from {LondonCalendar.DayOf(monday):yyyy-MM-dd}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{measured} % of {found.Judged} {of}{week}; more than {threshold} % is too many.");
    }

    private static string Number(decimal number) => (number / 1.0000000000m).ToString("0.##########", CultureInfo.InvariantCulture);
}
