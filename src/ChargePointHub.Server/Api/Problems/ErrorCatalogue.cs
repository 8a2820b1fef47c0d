namespace ChargePointHub.Server.Api.Problems;

/// <summary>Every code that the hub can answer with. Hand-written; tests reach each of them.</summary>
public static class ErrorCatalogue
{
    public static readonly ErrorCode SeveralFaults = new("CPH-1000", 400, "Several things are wrong with the request",
        "The request has faults of more than one kind; `errors` lists each with its own code.", "Correct every entry of `errors`; they were all found at once.", "/v1/charging-sessions?limit=0&form=2026-11-20");
    public static readonly ErrorCode UnknownParameter = new("CPH-1001", 400, "Unknown parameter",
        "The route does not know a parameter of this name. Ignoring it would have answered another question.", "Use a name from `allowed`; `did_you_mean` is the nearest.", "/v1/charging-sessions?from=2026-11-20");
    public static readonly ErrorCode RepeatedParameter = new("CPH-1002", 400, "Parameter given more than once",
        "A parameter stands in the query more than once, and the hub does not choose between the values.", "Give it once; lists are separated by commas.", "/v1/charge-points?operator=lamplight,kerbside-volt");
    public static readonly ErrorCode UnknownValue = new("CPH-1003", 400, "Value is not on the list",
        "The parameter takes words from a closed list, and this is not one of them. Words are compared with case.", "Use words from `allowed`.", "/v1/charge-points?status=AVAILABLE");
    public static readonly ErrorCode InvalidLimit = new("CPH-1004", 400, "Limit is not a whole number of at least 1",
        "`limit` says how many records a page holds.", "Give a whole number from 1 to 50000, or leave it out for 1000.", "/v1/tariffs?limit=500");
    public static readonly ErrorCode LimitTooLarge = new("CPH-1005", 400, "Limit is too large",
        "A page holds at most 50,000 records. A larger number is refused, not cut, so that nobody takes a part for the whole.", "Ask for at most 50000 and follow `next_cursor` until it is null.", "/v1/charging-sessions?limit=50000");
    public static readonly ErrorCode UnknownOperator = new("CPH-1006", 400, "Unknown operator",
        "No operator of this id is registered here.", "Use an id from /v1/operators.", "/v1/charge-points?operator=lamplight");
    public static readonly ErrorCode UnknownBorough = new("CPH-1007", 400, "Unknown borough",
        "The value is neither the GSS code nor the name of a London borough.", "Use a GSS code (E09000022) or a name (lambeth, tower-hamlets).", "/v1/charge-points?borough=E09000022,tower-hamlets");
    public static readonly ErrorCode KeyInUrl = new("CPH-1008", 400, "Keys do not belong in addresses",
        "Addresses are kept in histories and logs. The key was not used; treat it as exposed.", "Revoke that key, and send the new one as `Authorization: Bearer ...`, as `X-API-Key`, or by HTTP Basic.", "Authorization: Bearer cph_live_ab12_...");
    public static readonly ErrorCode UnknownField = new("CPH-1009", 400, "Unknown field",
        "`select` names a field that these records do not have.", "Use names from `allowed`.", "/v1/charge-points?select=charge_point_id,status");
    public static readonly ErrorCode EmptyValue = new("CPH-1010", 400, "Parameter without a value",
        "The parameter is there but says nothing, or its list has an empty place.", "Give a value, or leave the parameter out.", "/v1/charge-points?operator=lamplight");
    public static readonly ErrorCode MethodNotAllowed = new("CPH-1013", 405, "Method not allowed",
        "The route exists, and does not take this method.", "Use a method from the `Allow` header.", "GET /v1/charge-points");

    public static readonly ErrorCode PlainHttp = new("CPH-1014", 400, "Plain http on the TLS port",
        "This port speaks HTTPS only, and the request came without TLS.", "Ask again with https:// in front of the same address.", "https://localhost:8443/v1/charge-points");
    public static readonly ErrorCode NoBoundaries = new("CPH-1015", 400, "No boundaries are loaded",
        "A filter by area was asked for, and this hub has no boundaries of that kind: an empty answer would look like an empty borough.",
        "Leave the filter out, or ask the hub's operators to load boundaries (--areas).", "/v1/charge-points");

    public static readonly ErrorCode NoSuchCoding = new("CPH-1016", 406, "No coding is left",
        "`Accept-Encoding` refuses every coding that the hub has, and plain bytes as well.", "Accept br, gzip or identity, or leave the header out.", "Accept-Encoding: br, gzip");
    public static readonly ErrorCode TooMuchToCount = new("CPH-1017", 400, "Too much to count",
        "An exact count was asked for, and these records could not be counted within the seconds that the hub gives to it.",
        "Narrow the window or the filters, or leave `count` out.", "/v1/charging-sessions?period=2026-11-20&count=exact");

    public static readonly ErrorCode ListTooLong = new("CPH-1018", 400, "List is too long",
        "A parameter takes at most 1,000 values at once.", "Name each value once, or ask in several requests.", "/v1/charge-points?operator=lamplight,kerbside-volt");

    public static readonly ErrorCode NoSuchForm = new("CPH-1019", 406, "No form is left",
        "`Accept` admits none of the forms that the answer comes in. Another form would look like what was asked for.",
        "Accept one of `allowed`, or leave the header out.", "Accept: application/json");

    public static readonly ErrorCode BodyTooLarge = new("CPH-1020", 413, "Body is too large",
        "The request says that it brings more than 10 MB.", "Data is read with GET, which needs no body.", "GET /v1/charge-points");
    public static readonly ErrorCode AddressTooLong = new("CPH-1021", 414, "Address is too long",
        "Path and query are longer than 8 KB.", "Ask for fewer values at once, in several requests.", "/v1/charge-points?operator=lamplight");
    public static readonly ErrorCode HeadersTooLong = new("CPH-1022", 431, "Headers are too long",
        "The names and values of the request's headers are longer than 32 KB.", "Leave out what the hub does not read; cookies are among that.", "/v1/charge-points");

    public static readonly ErrorCode ParameterMissing = new("CPH-1023", 400, "Parameter is missing",
        "The route cannot do without a parameter that was not given.", "Give the parameter that `errors` names.", "/v1/submissions?dataset=charging_sessions&period=2026-Q3");

    public static readonly ErrorCode UnknownArea = new("CPH-1024", 400, "Unknown area",
        "The value is neither the code nor the name of a ward or LSOA among the boundaries that are loaded, or several areas share the name.", "Use a code; the records' ward_gss and lsoa21 hold them.", "/v1/charge-points?ward=E05009317");
    public static readonly ErrorCode InvalidNumber = new("CPH-1025", 400, "Not a number",
        "The value is not a plain decimal number from 0 on.", "Write digits with a decimal point where one is needed: no unit, no sign, no thousands separator.", "/v1/charge-points?max_power_kw__gte=7.4");
    public static readonly ErrorCode EmptyRange = new("CPH-1026", 400, "Range holds nothing",
        "`__lt` is the first value outside and must be greater than `__gte`, the first inside.", "Exchange them, or leave one out.", "/v1/charge-points?max_power_kw__gte=7&max_power_kw__lt=50");
    public static readonly ErrorCode InvalidPlace = new("CPH-1027", 400, "Not a place",
        "Places are WGS84 degrees: `bbox` is west,south,east,north, `near` is latitude,longitude.", "Write `bbox=-0.15,51.48,-0.08,51.52` (longitude first) or `near=51.5033,-0.1195` (latitude first).", "/v1/charge-points?bbox=-0.15,51.48,-0.08,51.52");
    public static readonly ErrorCode RadiusAlone = new("CPH-1028", 400, "Radius without a place",
        "`radius_m` says how far around `near` to look, and `near` is not given.", "Give `near`, or leave `radius_m` out.", "/v1/charge-points?near=51.5033,-0.1195&radius_m=400");

    public static readonly ErrorCode RangeOutside = new("CPH-1029", 416, "Range after the end",
        "The range of bytes begins after the file's last one.", "Leave Range out; who has all of a file already asks with If-None-Match.", "/v1/bulk");

    public static readonly ErrorCode SeveralPeriods = new("CPH-1030", 400, "Several periods at once",
        "`group_by` names periods of different lengths, so that each day would count in several rows.", "Name one of day, week, month, quarter and year, or none for the whole window.", "/v1/usage?group_by=borough,month");

    public static readonly ErrorCode UnknownPoint = new("CPH-1031", 400, "Unknown charge point or location",
        "The value is the hub's id of no charge point, or location, of which this key may read what the figures are made of.", "Use ids from /v1/charge-points, such as lamplight:GB*LMP*E1234.", "/v1/usage?charge_point=lamplight:GB*LMP*E1234");

    public static readonly ErrorCode InvalidTime = new("CPH-1101", 400, "Not a time",
        "The value is neither an instant with an offset nor a date, of the years 2000 to 2099.", "Write 2026-11-20T08:00:00Z, 2026-11-20T08:00:00+01:00 (with + as %2B), or the London date 2026-11-20.", "/v1/charging-sessions?from=2026-11-20T08:00:00Z");
    public static readonly ErrorCode NaiveTime = new("CPH-1102", 400, "Time without an offset",
        "Without an offset the time could be UTC or London's; half the year they differ by an hour.", "Add Z for UTC or the offset, or give a bare date for a London day.", "/v1/charging-sessions?from=2026-11-20T08:00:00Z");
    public static readonly ErrorCode EndsBeforeItStarts = new("CPH-1103", 400, "Window ends before it starts",
        "`to` must come after `from`: `from` is inside the window, `to` is the first instant outside.", "Exchange them, or move `to`. One London day is from=2026-11-20 and to=2026-11-21.", "/v1/charging-sessions?from=2026-11-20&to=2026-11-21");
    public static readonly ErrorCode WhollyInFuture = new("CPH-1104", 400, "Window lies wholly in the future",
        "Nothing can have happened in it yet; an empty answer would read like a quiet day.", "Ask for a window that has begun.", "/v1/charging-sessions?period=2026-11");
    public static readonly ErrorCode PeriodWithBounds = new("CPH-1105", 400, "Period and bounds together",
        "`period` is a whole window; `from` and `to` would be another.", "Give either `period`, or `from` and `to`.", "/v1/charging-sessions?period=2026-Q4");
    public static readonly ErrorCode InvalidPeriod = new("CPH-1106", 400, "Not a period",
        "The value is not a London day, week, month, quarter or year of the years 2000 to 2099.", "Write 2026-11-20, 2026-W47, 2026-11, 2026-Q4 or 2026.", "/v1/charging-sessions?period=2026-Q4");

    public static readonly ErrorCode FinerThanGranted = new("CPH-1107", 400, "Time is finer than what is granted",
        "What is granted to the key tells times of these records by a whole quarter of an hour, hour or London day, and the window would cut through one.",
        "Let `from` and `to` stand where a unit begins, or give a `period`; /v1/me shows the unit. Naming operators or boroughs whose times are granted more finely allows finer bounds.",
        "/v1/charging-sessions?period=2026-11-20");

    public static readonly ErrorCode AsOfAhead = new("CPH-1108", 400, "as_of lies in the future",
        "Nobody knows yet what the hub will know then.", "Ask as of an instant that has come, or leave `as_of` out for now.", "/v1/charging-sessions?as_of=2026-11-20T08:00:00Z");

    public static readonly ErrorCode NoWholeDay = new("CPH-1109", 400, "Not a whole London day",
        "Figures are of whole London days, and the bound lies within one.", "Give London dates, such as from=2026-11-20 and to=2026-11-21, or a `period`.", "/v1/usage?from=2026-11-01&to=2026-11-08&group_by=borough,day");

    public static readonly ErrorCode WindowTooLong = new("CPH-1110", 400, "Window is too long",
        "What was asked for is worked out of every session of the window, and the window has more days than that allows: 92, or 366 where charge points or locations are named.",
        "Ask for a quarter at a time, or name `charge_point` or `location`. /v1/usage has no such limit.", "/v1/usage/profile?period=2026-Q3&group_by=borough");

    public static readonly ErrorCode BrokenCursor = new("CPH-1201", 400, "Cursor is not one of ours",
        "The cursor is cut, changed, or was signed by another hub.", "Start again without `cursor`, and pass on `next_cursor` exactly as it came.", "/v1/tariffs?cursor=abc");
    public static readonly ErrorCode ForeignCursor = new("CPH-1202", 400, "Cursor belongs to another question",
        "Between the pages the route, a filter, the window, the format or the rights changed.", "Follow `links.next` as it is, or start the new question without `cursor`. Only `limit` may change between pages.", "/v1/tariffs?operator=lamplight (with a cursor of /v1/tariffs)");
    public static readonly ErrorCode CursorAhead = new("CPH-1203", 400, "Cursor is ahead of this database",
        "The cursor was made from a later state than this database holds; it may have been restored.", "Start again without `cursor`.", "/v1/tariffs");

    public static readonly ErrorCode CursorOfStream = new("CPH-1204", 400, "A stream takes no cursor",
        "NDJSON and CSV are the whole answer at once; they have no pages to go on from.", "Leave `cursor` out, or ask for `format=json`.", "/v1/charging-sessions?period=2026-11-20&format=ndjson");

    public static readonly ErrorCode RightsChanged = new("CPH-1205", 410, "Rights have changed since",
        "What the key may read, or what this hub tells of, is not what it was when the cursor was given out, so that what follows would fit no copy made until then.",
        "Begin anew: ask without a cursor, and let what comes take the place of the copy.", "/v1/changes");
    public static readonly ErrorCode SetBack = new("CPH-1206", 410, "The database was set back",
        "The state from which the cursor was made is not in this database's past: it was restored from an older copy. Records that came after that copy may be in the reader's and not here.",
        "Begin anew: ask without a cursor, and let what comes take the place of the copy.", "/v1/changes");
    public static readonly ErrorCode EndsUnnamed = new("CPH-1207", 410, "Records went that cannot be named",
        "Records were purged whose very ids must not be kept, so that nobody can be told which to delete.",
        "Begin anew: ask without a cursor, and let what comes take the place of the copy.", "/v1/changes");

    public static readonly ErrorCode KeyNeeded = new("CPH-2001", 401, "A key is needed",
        "The data is restricted and the request carried no key.", "Send `Authorization: Bearer <key>`, `X-API-Key: <key>`, or HTTP Basic with key id and secret.", "/v1/charging-sessions");
    public static readonly ErrorCode KeyMalformed = new("CPH-2002", 401, "Key is malformed",
        "What was sent does not have the form of a key.", "A key reads cph_live_<id>_<secret>; send it whole, by one way only.", "Authorization: Bearer cph_live_ab12_...");
    public static readonly ErrorCode KeyUnknown = new("CPH-2003", 401, "Key is not known",
        "No key of this id and secret is registered here.", "Check that the key is whole and meant for this hub.", "Authorization: Bearer cph_live_ab12_...");
    public static readonly ErrorCode KeyExpired = new("CPH-2004", 401, "Key has expired",
        "The key was valid until the date that was set for it.", "Ask the hub's operators for a new key.", "Authorization: Bearer cph_live_ab12_...");
    public static readonly ErrorCode KeyRevoked = new("CPH-2005", 401, "Key was revoked",
        "The key was withdrawn.", "Ask the hub's operators for a new key.", "Authorization: Bearer cph_live_ab12_...");
    public static readonly ErrorCode ScopeTooNarrow = new("CPH-2006", 403, "The key does not hold this data",
        "The key is valid, and what is granted to its organisation does not include what was asked for.", "See /v1/me for what is granted, and ask the operator whose data it is for an agreement.", "/v1/charging-sessions");
    public static readonly ErrorCode QuotaUsedUp = new("CPH-2007", 429, "Quota is used up",
        "The key, or the address where no key was shown, has asked for more than its quota holds. It refills all the time.",
        "Try again after the seconds in Retry-After. RateLimit tells what is left; a 304 and a longer pause cost least.", "any");
    public static readonly ErrorCode TooManyAnswers = new("CPH-2008", 429, "Too many answers at once",
        "The key, or the address where no key was shown, has as many answers of records under way as it may.", "Read one to its end, or try again after the seconds in Retry-After.", "/v1/charging-sessions?format=ndjson");
    public static readonly ErrorCode NotToldApart = new("CPH-2010", 403, "Changes with cut times",
        "What is granted to the key cuts times. Datasets whose times are cut are not followed together with others, and status changes not at all: one goes by its time, and several would go by the same. Nor are versions told, as their number tells of times.",
        "Ask for charging_sessions alone in `dataset`, and for the others apart; read /v1/status-changes by its window, and the versions of one record at its own address.", "/v1/changes?dataset=charging_sessions");

    public static readonly ErrorCode FiguresOfCutTimes = new("CPH-2011", 403, "Figures of cut times",
        "What is granted to the key cuts times of records that the figures are made of. A sum of exact minutes would tell how long single sessions were, and when one changed.",
        "Name operators or boroughs whose times are granted exactly; /v1/me shows them. The records themselves can be read and added up as they are told.", "/v1/usage?operator=lamplight");

    public static readonly ErrorCode FieldNotGranted = new("CPH-2009", 403, "The field is not granted",
        "A filter on a field tells what the field holds, and the grants of the key withhold it for some of the records that were asked about.", "Leave the filter out, or name operators or boroughs whose grants give the field; /v1/me shows them.", "/v1/charging-sessions");

    public static readonly ErrorCode NoSuchRoute = new("CPH-3001", 404, "No such route",
        "Nothing is served at this address.", "/docs/reference lists every route for people, /openapi/v1.json for programs.", "/v1/charge-points");
    public static readonly ErrorCode NoSuchChargePoint = new("CPH-3002", 404, "No such charge point",
        "No charge point of this id is known here, or none of what was asked of it may be read with this key.", "Ids are {operator_id}:{operator's own id}, as /v1/charge-points gives them; write / in them as %2F.", "/v1/charge-points/lamplight:GB*LMP*E1234");
    public static readonly ErrorCode NoSuchOperator = new("CPH-3003", 404, "No such operator",
        "No operator of this id is registered here.", "/v1/operators lists them.", "/v1/operators/lamplight");
    public static readonly ErrorCode NoSuchCode = new("CPH-3004", 404, "No such error code",
        "The catalogue has no entry of this code.", "/v1/errors lists them.", "/v1/errors/CPH-1102");
    public static readonly ErrorCode NoSuchSchema = new("CPH-3005", 404, "No such schema",
        "No schema of this name is published here.", "/v1/schemas lists them; `meta.schema` names the one of an answer's records.", "/v1/schemas/hub/v1/charge_points");

    public static readonly ErrorCode NoSuchBulkFile = new("CPH-3006", 404, "No such bulk file",
        "No file of this name is there for this reader: its month has not settled, it is still to be made, or it is another's.", "/v1/bulk lists those that are there.", "/v1/bulk");
    public static readonly ErrorCode NoSuchRecord = new("CPH-3007", 404, "No such record",
        "No record of this id is known here, or what is may not be read with this key.", "Ids are {operator_id}:{operator's own id}, as the list of the dataset gives them; write / in them as %2F.", "/v1/tariffs/lamplight:standard");

    public static readonly ErrorCode NotHandedIn = new("CPH-4001", 400, "No such file is handed in",
        "The operator of the key hands in no files of this dataset.", "Whoever keeps the hub declares its files in the operator's file, as a feed of csv-v1.", "/v1/submissions?dataset=charging_sessions&period=2026-Q3");
    public static readonly ErrorCode NotAFile = new("CPH-4002", 415, "Content-Type is no file's",
        "A file is the body itself, as CSV or XLSX; forms are not taken.", "Send the file as the body, with its own Content-Type.", "/v1/submissions?dataset=charging_sessions&period=2026-Q3");
    public static readonly ErrorCode FileNotWhole = new("CPH-4003", 422, "The file is not whole",
        "The file cannot be read, or not to its end. What was good before that place is kept, unless the file was misread; no time is covered by it.", "Mend what `errors` says and send the whole file; its report stands in /v1/submissions.", "/v1/submissions?dataset=charging_sessions&period=2026-Q3");

    public static readonly ErrorCode Unexpected = new("CPH-5000", 500, "The hub failed",
        "Something went wrong inside the hub. It is recorded under the request id.", "Try again; if it stays, report the request id.", "any");
    public static readonly ErrorCode DatabaseAway = new("CPH-5001", 503, "The database is away",
        "The hub runs and cannot reach its database.", "Try again after the seconds in Retry-After.", "any");
    public static readonly ErrorCode HubBusy = new("CPH-5002", 503, "The hub is busy",
        "More was asked at once than the hub can read for, or it took too long to find. Its data is whole, and collecting goes on.", "Try again after the seconds in Retry-After; ask fewer questions at the same time, or about less.", "any");
    public static readonly ErrorCode HubStopping = new("CPH-5003", 503, "The hub is stopping",
        "The hub was asked to stop and is finishing what it has begun.", "Send requests to another instance, or try again after the seconds in Retry-After.", "/health/ready");
    public static readonly ErrorCode TookTooLong = new("CPH-5004", 503, "Reading took too long",
        "The database did not find the records within the 25 seconds that one question gets.", "Narrow the window or the filters, or try again after the seconds in Retry-After.", "/v1/charging-sessions?period=2026-11-20");
    public static readonly ErrorCode NotOnRecord = new("CPH-5005", 503, "Reading cannot be put on record",
        "Each reading of restricted data is written down before it begins, for the operator whose data it is, and this could not be. Open data is answered as always.", "Try again after the seconds in Retry-After.", "/v1/charging-sessions");

    public static readonly IReadOnlyList<ErrorCode> All =
    [
        SeveralFaults, UnknownParameter, RepeatedParameter, UnknownValue, InvalidLimit, LimitTooLarge, UnknownOperator, UnknownBorough, KeyInUrl,
        UnknownField, EmptyValue, MethodNotAllowed, PlainHttp, NoBoundaries, NoSuchCoding, TooMuchToCount, ListTooLong, NoSuchForm,
        BodyTooLarge, AddressTooLong, HeadersTooLong, ParameterMissing, UnknownArea, InvalidNumber, EmptyRange, InvalidPlace, RadiusAlone, RangeOutside, SeveralPeriods, UnknownPoint,
        InvalidTime, NaiveTime, EndsBeforeItStarts, WhollyInFuture, PeriodWithBounds, InvalidPeriod, FinerThanGranted, AsOfAhead, NoWholeDay, WindowTooLong,
        BrokenCursor, ForeignCursor, CursorAhead, CursorOfStream, RightsChanged, SetBack, EndsUnnamed,
        KeyNeeded, KeyMalformed, KeyUnknown, KeyExpired, KeyRevoked, ScopeTooNarrow, QuotaUsedUp, TooManyAnswers, FieldNotGranted, NotToldApart, FiguresOfCutTimes,
        NoSuchRoute, NoSuchChargePoint, NoSuchOperator, NoSuchCode, NoSuchSchema, NoSuchBulkFile, NoSuchRecord,
        NotHandedIn, NotAFile, FileNotWhole,
        Unexpected, DatabaseAway, HubBusy, HubStopping, TookTooLong, NotOnRecord,
    ];

    public static ErrorCode? Find(string code) => All.FirstOrDefault(e => string.Equals(e.Code, code, StringComparison.OrdinalIgnoreCase));
}
