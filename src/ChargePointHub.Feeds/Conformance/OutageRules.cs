using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Conformance;

/// <summary>Rules about outages that operators report.</summary>
public static class OutageRules
{
    private const string Reference = "Clause C14, management information";

    public static readonly Rule EndsBeforeStart = new("outage-ends-before-start", Severity.Error, "An outage ends before it starts.",
        "Its times cannot be used.", "Check clock and zone.", Reference);

    public static readonly Rule NoticedBeforeStart = new("outage-noticed-before-start", Severity.Warning, "An outage was detected or attended before it started; both times were kept as sent.",
        "Its start is most likely when it was booked, and the time out of use is too short.", "Send as started_at when the charge point could no longer be used.", Reference);

    public static readonly Rule ExemptUnexplained = new("outage-exempt-unexplained", Severity.Info, "An outage counts as exempt, and no reason is given.",
        "Nobody can tell whether the regulations exempt it.", "Fill exempt_reason.", "Public Charge Point Regulations 2023, reliability");

    public static readonly Rule TextPersonal = new("text-personal", Severity.Warning, "A free text holds what looks like an e-mail address, a telephone number or a number plate; it was read as null.",
        "The hub needs nothing personal, and keeps none of it.", "Write what was wrong and not who saw it.", "UK GDPR article 5(1)(c)");
}
