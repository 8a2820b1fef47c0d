using System.Globalization;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;
using static ChargePointHub.Server.Api.Parameters.WordList;

namespace ChargePointHub.Server.Api.Parameters;

/// <summary>Every query parameter of the hub.</summary>
public static class HubParameters
{
    public const int DefaultLimit = 1_000;
    public const int LargestLimit = 50_000;

    public static readonly Parameter From = new(
        "from", "First instant inside the window: an instant with its offset, or a London date (its midnight). Default: 24 hours before `to`.",
        "2026-11-20T08:00:00Z", null, (value, against) => Time(From!, value, against), against => TimeExamples.From(against.Now))
    {
        MaxLength = 40,
        Errors = [ErrorCatalogue.InvalidTime, ErrorCatalogue.NaiveTime, ErrorCatalogue.EndsBeforeItStarts, ErrorCatalogue.WhollyInFuture],
    };

    public static readonly Parameter To = new(
        "to", "First instant after the window: an instant with its offset, or a London date (its midnight). Default: now.",
        "2026-11-21", null, (value, against) => Time(To!, value, against), against => TimeExamples.To(against.Now))
    {
        MaxLength = 40,
        Errors = From.Errors,
    };

    public static readonly Parameter Period = new(
        "period", "A whole London day, week, month, quarter or year, instead of `from` and `to`.", "2026-11-20", null, CheckPeriod,
        against => TimeExamples.From(against.Now))
    {
        MaxLength = 10,
        Errors = [ErrorCatalogue.InvalidPeriod, ErrorCatalogue.PeriodWithBounds, ErrorCatalogue.WhollyInFuture],
    };

    /// <summary>Which time of a record the window is about.</summary>
    /// <param name="words">The event time first: it is the usual one, and any other is asked about only where times are told exactly.</param>
    internal static Parameter TimeFieldOf(params string[] words) => new(
        "time_field", $"Which time the window is about; the order stays that of {words[0]}. `recorded_at`: when the hub learnt the record as it now is. Default: {words[0]}.", words[^1], words,
        (value, _) => OneOf("time_field", value, words))
    {
        Errors = [ErrorCatalogue.UnknownValue],
    };

    /// <summary>The order of the answer.</summary>
    /// <param name="field">What it leads with.</param>
    internal static Parameter SortOf(string field) => new(
        "sort", $"`{field}`: first to last; `-{field}`: last first; then by ids. Default: {field}.", "-" + field, [field, "-" + field], (value, _) => OneOf("sort", value, [field, "-" + field]))
    {
        Errors = [ErrorCatalogue.UnknownValue],
    };

    /// <summary>The state of an earlier time.</summary>
    internal static readonly Parameter AsOf = From with
    {
        Name = "as_of",
        Description = "What the hub knew at this instant (or at the midnight that begins this London date): records and statuses as they then were; areas, and what is withheld, as they are now. Default: now.",
        Check = CheckAsOf,
        Errors = [ErrorCatalogue.InvalidTime, ErrorCatalogue.NaiveTime, ErrorCatalogue.AsOfAhead],
    };

    public static readonly Parameter Operator = new(
        "operator", "Operator ids, separated by commas. Narrows the records, and the operators that completeness judges.", "lamplight", null, CheckOperators,
        against => against.Directory.Operators is [var first, ..] ? first.OperatorId : null)
    {
        IsList = true,
        MaxLength = 40,
        Errors = [ErrorCatalogue.UnknownOperator],
    };

    /// <summary>Of the ledger and of quarantine, where no time means all of it.</summary>
    public static readonly Parameter FromOfAll = From with
    {
        Description = "First instant inside the window: an instant with its offset, or a London date (its midnight). Default: all time; where `to` is given, 24 hours before it.",
    };

    /// <summary>As <see cref="FromOfAll"/>.</summary>
    public static readonly Parameter ToOfAll = To with
    {
        Description = "First instant after the window: an instant with its offset, or a London date (its midnight). Default: all time; where `from` is given, now.",
    };

    /// <summary>Of figures of whole periods.</summary>
    public static readonly Parameter FromOfUsage = From with
    {
        Description = "First instant inside the window, in which a period must begin: an instant with its offset, or a London date (its midnight). Default: the newest whole quarter before `to`.",
    };

    /// <summary>As <see cref="FromOfUsage"/>.</summary>
    public static readonly Parameter ToOfUsage = To with
    {
        Description = "First instant after the window, in which a period must begin: an instant with its offset, or a London date (its midnight). Default: now.",
    };

    /// <summary>Where no completeness is stated.</summary>
    public static readonly Parameter OperatorOnly = Operator with { Description = "Operator ids, separated by commas: only of these. Default: of all." };

    public static readonly Parameter Borough = new(
        "borough", "London boroughs by GSS code or name, separated by commas.", "lambeth", null, CheckBoroughs,
        against => against.Directory.HasBoroughs ? "lambeth" : null)
    {
        IsList = true,
        MaxLength = 30,
        Errors = [ErrorCatalogue.UnknownBorough, ErrorCatalogue.NoBoundaries],
    };

    /// <summary>Of figures of which not all are of a place.</summary>
    public static readonly Parameter BoroughOfUsage = Borough with
    {
        Description = "London boroughs by GSS code or name, separated by commas: charge points there, and locations all of whose charge points stand there. What is of an operator as a whole is left out.",
    };

    /// <summary>What reported figures are of.</summary>
    public static readonly Parameter UsageGroup = Words("group", "What figures are of, separated by commas.", Words<UsageGroup>.All);

    /// <summary>What the periods of reported figures are.</summary>
    public static readonly Parameter PeriodUnit = Words("period_unit", "Which periods, separated by commas: a day is no part of its month here.", Words<PeriodUnit>.All);

    public static readonly Parameter PowerBand = Words("power_band", "Power bands of the Department for Transport, separated by commas.", Words<PowerBand>.All);

    /// <summary>Charge points: as served.</summary>
    public static readonly Parameter Status = Words("status", "Current statuses, separated by commas.", Words<Status>.All);

    /// <summary>Status changes: what an operator can say, so without MISSING.</summary>
    public static readonly Parameter StatusBegun = Words(
        "status", "Statuses that began, separated by commas.", [.. Words<Status>.All.Where(s => s != Words<Status>.Of(Model.Status.Missing))]);

    public static readonly Parameter DatasetName = Words("dataset", "Datasets, separated by commas.", [.. Dataset.All.Select(d => d.Name)]);

    /// <summary>Of changes.</summary>
    public static readonly Parameter Since = new(
        "since", "Only what the hub learnt after this instant (with its offset), or after a London date began. Says nothing beside a cursor. Default: everything, from the beginning.",
        "2026-11-20T08:00:00Z", null, (value, against) => Time(Since!, value, against), against => TimeExamples.From(against.Now))
    {
        MaxLength = 40,
        Errors = [ErrorCatalogue.InvalidTime, ErrorCatalogue.NaiveTime, ErrorCatalogue.WhollyInFuture, ErrorCatalogue.FinerThanGranted],
    };

    /// <summary>Of a file; one, and not a list.</summary>
    public static readonly Parameter SubmittedDataset = new(
        "dataset", "What the file holds. May be left out where the operator hands in files of one dataset alone.", "charging_sessions", [.. Dataset.All.Select(d => d.Name)],
        (value, _) => OneOf("dataset", value, [.. Dataset.All.Select(d => d.Name)]))
    {
        Errors = [ErrorCatalogue.UnknownValue],
    };

    /// <summary>Of a file; required.</summary>
    public static readonly Parameter SubmittedPeriod = Period with
    {
        Description = "What the file holds: a whole London day, week, month, quarter or year, such as `2026-Q3`. Required.",
        Errors = [ErrorCatalogue.InvalidPeriod, ErrorCatalogue.WhollyInFuture],
    };

    private static readonly string[] GapStates = ["open", "lost", "closed", "discrepancy"];

    public static readonly Parameter State = new(
        "state",
        "`open`: can still be had. `lost`: can never be had. `closed`: was missing, and came. `discrepancy`: the operator counts other records than it sends. Default: open.",
        "open", GapStates, (value, _) => OneOf("state", value, GapStates))
    {
        Errors = [ErrorCatalogue.UnknownValue],
    };

    public static readonly Parameter Cause = Words("cause", "Causes of gaps, separated by commas; told under a key only.", GapCauses.All);

    /// <summary>Every rule that a finding can name.</summary>
    public static readonly Parameter Rule = Words(
        "rule", "Rules, separated by commas: records with a finding of one of them.", [.. RuleCatalogue.All.Select(r => r.Code)]);

    public static readonly Parameter Limit = new(
        "limit", "Records a page: 1 to 50000. Default: 1000. Of a stream: records in all; default: all of them.", "1000", null, CheckLimit)
    {
        Range = (1, LargestLimit, DefaultLimit),
        Errors = [ErrorCatalogue.InvalidLimit, ErrorCatalogue.LimitTooLarge],
    };

    /// <summary>Its own checks come with the signature, in <see cref="Paging.PageCursors"/>.</summary>
    public static readonly Parameter Cursor = new(
        "cursor", "`next_cursor` of the page before, exactly as it came. A stream takes none.", "AQAAAA...", null, (_, _) => [], _ => null)
    {
        Errors = [ErrorCatalogue.BrokenCursor, ErrorCatalogue.ForeignCursor, ErrorCatalogue.CursorAhead],
    };

    /// <summary>Where there is no stream.</summary>
    public static readonly Parameter PageLimit = Limit with { Description = "Records a page: 1 to 50000. Default: 1000." };

    /// <summary>Where there is no stream.</summary>
    public static readonly Parameter PageCursor = Cursor with { Description = "`next_cursor` of the page before, exactly as it came." };

    /// <summary>Of changes, however they are read.</summary>
    public static readonly Parameter ChangeCursor = Cursor with
    {
        Description = "`next_cursor` of an earlier answer, exactly as it came, in whatever form. Default: from the beginning.",
        Errors = [ErrorCatalogue.BrokenCursor, ErrorCatalogue.ForeignCursor, ErrorCatalogue.RightsChanged, ErrorCatalogue.SetBack, ErrorCatalogue.EndsUnnamed],
    };

    /// <summary>Of changes.</summary>
    public static readonly Parameter ChangeFormat = FormatOf("`json`; `ndjson`: everything up to now as one stream; `events`: that and all that comes, as server-sent events", "json", "ndjson", "events") with
    {
        Errors = [ErrorCatalogue.UnknownValue],
    };

    /// <summary>Of one charge point.</summary>
    public static readonly Parameter Format = FormatOf("`json` or `geojson`", "json", "geojson");

    /// <summary>Of what comes whole.</summary>
    public static readonly Parameter TableFormat = FormatOf("`json`, or `csv` as a table", "json", "csv");

    /// <summary>Of a dataset's records.</summary>
    public static readonly Parameter ListFormat = FormatOf("`json`, or the whole answer as a stream: `ndjson`, or `csv` as a table", "json", "ndjson", "csv");

    /// <summary>Of records that have a place.</summary>
    public static readonly Parameter PlacedListFormat = FormatOf("`json`, `geojson`, or the whole answer as a stream: `ndjson`, or `csv` as a table", "json", "geojson", "ndjson", "csv");

    public static readonly Parameter Count = new(
        "count", "`exact`: all records that the question meets are counted, in `meta.count` and the header Hub-Count. Default: they are not.",
        "exact", ["exact"], (value, _) => OneOf("count", value, ["exact"]))
    {
        Errors = [ErrorCatalogue.UnknownValue, ErrorCatalogue.TooMuchToCount],
    };

    /// <summary>Fields that a route's records have.</summary>
    public static Parameter Select(IReadOnlyList<string> fields) => Words("select", "Fields to keep, separated by commas. Default: all.", fields, ErrorCatalogue.UnknownField);

    private static Parameter FormatOf(string description, params string[] words) => new(
        "format", description + "; the same as the Accept header. Default: json.", words[1], words, (value, _) => OneOf("format", value, words))
    {
        Errors = words.Contains("ndjson") ? [ErrorCatalogue.UnknownValue, ErrorCatalogue.CursorOfStream] : [ErrorCatalogue.UnknownValue],
    };

    private static IEnumerable<Fault> CheckOperators(string value, CheckAgainst against)
    {
        var ids = against.Directory.Operators.Select(o => o.OperatorId).ToList();
        return Listed(value, "operator", ids.Contains, ids, (word, nearest) => new Fault(
            ErrorCatalogue.UnknownOperator, "operator", $"No operator '{Shown(word)}' is registered here.", ids, nearest, Operator.Correction(against, nearest)));
    }

    private static IEnumerable<Fault> CheckBoroughs(string value, CheckAgainst against) => !against.Directory.HasBoroughs
        ? [new Fault(ErrorCatalogue.NoBoundaries, "borough", "This hub has no boundaries of boroughs, so nothing can be found by borough.")]
        : Listed(value, "borough", word => LondonBoroughs.CodeOf(word) is not null, LondonBoroughs.Slugs, (word, nearest) => new Fault(
            ErrorCatalogue.UnknownBorough, "borough", $"'{Shown(word)}' is no London borough.", LondonBoroughs.Slugs, nearest, $"borough={nearest ?? "lambeth"}"));

    private static IEnumerable<Fault> CheckLimit(string value, CheckAgainst against)
    {
        if (!value.All(char.IsAsciiDigit) || value.TrimStart('0').Length == 0)
            yield return new Fault(ErrorCatalogue.InvalidLimit, "limit", $"'{Shown(value)}' is not a whole number from 1 to {LargestLimit}.", Example: $"limit={DefaultLimit}");
        else if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) || limit > LargestLimit)
            yield return new Fault(ErrorCatalogue.LimitTooLarge, "limit", $"{Shown(value)} records are more than the {LargestLimit} that a page holds.", Example: $"limit={LargestLimit}");
    }

    private static IEnumerable<Fault> CheckPeriod(string value, CheckAgainst against)
    {
        if (!LondonCalendar.TryParsePeriod(value, out _))
        {
            yield return new Fault(
                ErrorCatalogue.InvalidPeriod, "period", $"'{Shown(value)}' is not a day, week, month, quarter or year.", Example: $"period={TimeExamples.From(against.Now)}");
        }
    }

    private static IEnumerable<Fault> CheckAsOf(string value, CheckAgainst against)
    {
        foreach (var fault in Time(AsOf, value, against)) yield return fault;
        if (TimeText.Parse(value) is { } at && at > against.Now + WindowReading.MostAhead)
            yield return new Fault(ErrorCatalogue.AsOfAhead, "as_of", $"{Instants.Format(at)} has not come yet.", Example: $"as_of={TimeExamples.To(against.Now)}");
    }

    internal static IEnumerable<Fault> Time(Parameter parameter, string value, CheckAgainst against)
    {
        var name = parameter.Name;
        if (TimeText.Parse(value) is not null) yield break;
        if (TimeText.IsNaive(value))
        {
            var utc = value.Replace(' ', 'T').ToUpperInvariant() + "Z";
            yield return new Fault(ErrorCatalogue.NaiveTime, name, $"'{Shown(value)}' does not say its offset.", DidYouMean: utc, Example: $"{name}={utc}");
        }
        else
        {
            yield return new Fault(
                ErrorCatalogue.InvalidTime, name, $"'{Shown(value)}' is not an instant with an offset, nor a date, of the years 2000 to 2099.", Example: parameter.Correction(against));
        }
    }
}
