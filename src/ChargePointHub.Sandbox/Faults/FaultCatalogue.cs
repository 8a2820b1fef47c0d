using ChargePointHub.Sandbox.Certificates;

namespace ChargePointHub.Sandbox.Faults;

/// <summary>Every kind of fault that a simulated operator can have.</summary>
public static class FaultCatalogue
{
    public static readonly IReadOnlyList<FaultKind> All =
    [
        // Refusals
        new("503", "PERCENT", "Answers that share of requests with 503; 30 % unless told.", p => new RefusalFault(503, p.Percent(30), "none")),
        new("429", "PERCENT/RETRY-AFTER", "Answers that share with 429; 20 % unless told. RETRY-AFTER: none, SECONDS, date, negative, huge, words.", p => new RefusalFault(429, p.Percent(20), p.SecondsOr("none", [.. RefusalFault.Forms]))),
        new("limit", "REQUESTS/DURATION/STATUS/GROUP", "Allows so many requests in any span of that length and says so in its operator file; more are 429 (or 403) and counted. Operators of one GROUP share it.",
            p => new LimitFault(p.Whole(30), p.Duration(TimeSpan.FromHours(1)), p.Word("429", "429", "403"), p.Word(""))),
        new("forbidden-after", "PAGES/PAUSE", "After so many requests answers 403, without saying for how long, for the pause; 55/PT2M unless told.",
            p => new ForbiddenAfterFault(p.Whole(55), p.Duration(TimeSpan.FromMinutes(2)))),

        // Connections
        new("reset", "PERCENT", "Resets the connection of that share of requests; 10 % unless told.", p => new FlakyFault(0, 0, p.Percent(10), 0)),
        new("time-out", "PERCENT", "Never answers that share of requests; 10 % unless told.", p => new FlakyFault(0, 0, 0, p.Percent(10))),
        new("flaky", "503/429/RESET/TIME-OUT", "All four in these shares, percent: 30/20/10/10 unless told.", p => new FlakyFault(p.Percent(30), p.Percent(20), p.Percent(10), p.Percent(10))),
        new("hang", "", "Accepts every request and never answers.", _ => new FlakyFault(0, 0, 0, 100)),
        new("slow", "DURATION", "Waits before each answer; PT5S unless told.", p => new SlowFault(p.Duration(TimeSpan.FromSeconds(5)))),

        // Bodies
        new("drip", "DURATION", "Sends its answers one byte at a time; one each PT1S unless told.", p => new DripFault(p.Duration(TimeSpan.FromSeconds(1)))),
        new("truncate", "HOW/PERCENT", "Cuts its answers in the middle. HOW: length (Content-Length is longer), chunked (the last chunk is missing), quiet (HTTP shows nothing). quiet/100 unless told.",
            p => new TruncateFault(p.Word("quiet", "quiet", "length", "chunked"), p.Percent(100))),
        new("bomb", "ENCODING", "Sends a gigabyte of blanks, compressed a thousand to one. ENCODING: gzip (unless told), br, deflate.", p => new BombFault(p.Word("gzip", "gzip", "br", "deflate"))),
        new("endless", "", "Sends records without end.", _ => new EndlessFault()),
        new("html-200", "PERCENT", "Answers that share with status 200 and a page for people; 100 % unless told.", p => new HtmlFault(p.Percent(100))),
        new("hostile-json", "WHICH", $"Answers 200 with what no reader wants. WHICH: all in turn (unless told), or one of {string.Join(", ", HostileBodies.All.Keys)}.",
            p => new HostileJsonFault(p.Word("all", ["all", .. HostileBodies.All.Keys]))),

        // Paging
        new("lying-total", "ROWS", "Counts so many rows more than it gives; 7 unless told, less than 0: fewer.", p => new LyingTotalFault(p.Whole(7, -1_000_000))),
        new("loop", "", "The next page of the second page is the second page.", _ => new LoopFault()),
        new("foreign-next", "HOST", "The next page lies on another host: by the link of OCPI, by a redirect of loti-v1. elsewhere.example unless told.", p => new ForeignNextFault(p.Word("elsewhere.example"))),
        new("empty-page", "PERCENT", "An empty page stands in the middle of a list; with OCPI in that share of pages, 20 % unless told.", p => new EmptyPageFault(p.Percent(20))),
        new("page-drift", "ROWS", "While a list is read by offset, so many of its first rows move to its end with each page; 1 unless told.", p => new PageDriftFault(p.Whole(1))) { NeedsOcpi = true },
        new("duplicates", "PERCENT", "That share of rows stands in the list twice; 10 % unless told.", p => new DuplicatesFault(p.Percent(10))),
        new("out-of-order", "", "Rows come in no order.", _ => new OutOfOrderFault()),

        // Records
        new("late", "PERCENT/DURATION", "That share of sessions and status changes shows only so long after its time; 10/PT1H unless told.", p => new LateFault(p.Percent(10), p.Duration(TimeSpan.FromHours(1)))),
        new("corrections", "PERCENT", "Corrects that share of sessions within 60 hours, and the oracle with them; 30 % unless told, 1 % without this.", p => new CorrectionsTrait(p.Percent(30))),
        new("vanish", "CHARGE-POINTS", "So many charge points are missing from its list (with OCPI: locations); 1 unless told.", p => new VanishFault(p.Whole(1), 0)),
        new("vanish-share", "PERCENT", "That share of charge points is missing from its list; 30 % unless told.", p => new VanishFault(0, p.Percent(30))),
        new("always-now", "", "last_updated of charge points and tariffs is always now.", _ => new AlwaysNowFault()),
        new("invalid-rows", "PERCENT", "That share of records is damaged, in many ways; 10 % unless told.", p => new InvalidRowsFault(p.Percent(10))),
        new("personal-data", "", "Names a driver in every object of every answer, in refusals and in headers; none of it may be kept.", _ => new PersonalDataFault()),
        new("negative-energy", "PERCENT", "That share of sessions states less than no energy, so the hub refuses them; 10 % unless told.", p => new NegativeEnergyFault(p.Percent(10))),
        new("look-back", "DURATION", "Answers 410 for windows that begin earlier; P1D unless told. The same as --look-back.", p => new LookBackTrait(p.Duration(TimeSpan.FromDays(1)))),
        new("clock", "MINUTES", "Its clock is off by so many minutes, fast above 0; 60 unless told. The oracle goes by its clock.", p => new ClockTrait(TimeSpan.FromMinutes(p.Whole(60, -10_000)))),

        // TLS
        new("certificate", "WHICH", $"Shows a wrong certificate. WHICH: {string.Join(", ", WrongCertificates.Names)}; expired unless told.", p => new CertificateTrait(p.Word("expired", [.. WrongCertificates.Names]))),
        new("old-tls", "", "Speaks TLS 1.1 only.", _ => new OldTlsTrait()),
    ];

    /// <summary>One line a kind, for people.</summary>
    public static IReadOnlyList<string> Lines { get; } =
    [
        "Kinds for --fault OPERATOR=KIND[:PARAMETERS][@FROM/TO], which may be repeated; * is every operator. Parameters may be left out from the right.",
        .. All.Select(k => $"  {k.Form,-42} {k.Says}"),
        "Examples: --fault lamplight=503:30 --fault '*=flaky@+30s/+10m' --fault lamplight=limit:30/PT1H --fault lamplight=429:20/date",
    ];
}
