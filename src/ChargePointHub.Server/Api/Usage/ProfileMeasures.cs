using ChargePointHub.Server.Api.Figures;

namespace ChargePointHub.Server.Api.Usage;

/// <summary>What <c>/v1/usage/profile</c> is, and the measures that it has beside those of <c>/v1/usage</c>, in the order of a row; a test holds them against the table.</summary>
public static class ProfileMeasures
{
    private const string OurOwn = "The hub's own definition; no law or standard gives one.";

    private const string Profile = "Profile: ";

    public static readonly Measure Whole = new("usage_profile",
        "How charge points were used in each hour of London's week over a window: 168 rows a group, from Monday 00:00 to Sunday 23:00. The measures that /v1/usage has too say the same of an hour as there of a period.",
        "Each session's day figures are split once more over the hours that clocks in London showed: it counts once, in the hour of its plug-in; minutes are cut at the hours; energy and charging minutes go by the time in which it charged, "
            + "what is left over to the hours with the largest remainders. So the hours of a group add up to its row of /v1/usage over the same window, to the watt-hour and microsecond.",
        "/v1/charging-sessions, and /v1/charge-points for opening hours and groups. " + OurOwn,
        "Plugged in on a Wednesday from 08:40 to 11:10, charging 1.001 kWh from 09:30 to 10:30: one session and 20 minutes at 8, 60 minutes and 0.501 kWh at 9, 60 minutes and 0.5 kWh at 10, 10 minutes at 11.",
        "Not a forecast, and not one week: each row is the sum over all such hours of the window. Nothing is kept of hours, so that purged sessions are no part of it, as of any figure.");

    public static readonly IReadOnlyList<Measure> All =
    [
        new("weekday",
            Profile + "the day of London's week. 1 is Monday, 7 is Sunday.",
            "The number of the London day by ISO 8601.",
            "ISO 8601, and the London day in which the hour lies.",
            "Friday 20 November 2026: 5.",
            "Not the day in UTC: in summer London's Monday begins at 23:00 UTC on Sunday. A bank holiday is the weekday that it falls on."),
        new("hour",
            Profile + "the hour of the day as clocks in London show it; 18 is from 18:00 (inclusive) to 19:00.",
            "The hour in local time, from 0 to 23.",
            "Europe/London in the IANA time zone database.",
            "17:30 UTC on 1 July is in the hour 18, on 1 December in the hour 17.",
            "Not an hour of UTC. The hour 1 holds both of October's when clocks go back, and the last Sunday of March has none."),
        new("days",
            Profile + "on how many London days of the window the hour came.",
            "London days of the window, up to now, on which clocks show this hour; both times that October shows one are of one day.",
            "The window. " + OurOwn,
            "October 2026 has four Mondays: 4 for every hour of Monday. March 2026 has five Sundays, and 4 for Sunday's hour 1.",
            "Not days with a session, nor days of which records are here (`coverage_percent`)."),
        new("hour_minutes",
            Profile + "how many minutes the hour lasted in the window, all its days together.",
            "60 for each day on which it came, 120 where clocks show it twice; of an hour that goes on those up to now.",
            "The window. " + OurOwn,
            "Sunday's hour 1 in October 2026, which has four Sundays: 60 + 60 + 60 + 120 = 300.",
            "Not minutes of charge points: `open_minutes` is those, by their opening hours."),
        new("average_occupied_charge_points",
            Profile + "at how many charge points of the group a vehicle was plugged in, on average over the hour.",
            "`plugged_minutes` / `hour_minutes`, to three decimals; null where the hour did not come.",
            "As these two. " + OurOwn,
            "Mondays from 18:00 to 19:00 of October 2026, 20,764.8 minutes plugged in over 240 minutes: 86.52.",
            "Not the most at once: on one evening, or in one minute, there may have been more. A gap in the sessions makes it too low."),
    ];
}
