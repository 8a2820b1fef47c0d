using System.Net;
using FluentValidation;

namespace ChargePointHub.Server.Hosting;

/// <summary>Everything that an installation decides. Section <c>Hub</c> of the configuration; environment names <c>Hub__Port</c> and so on.</summary>
public sealed record HubOptions
{
    public const string Section = "Hub";

    /// <summary>Where the embedded database, local certificates and logs live.</summary>
    public string Data { get; set; } = ".chargepointhub";

    /// <summary>PostgreSQL connection string, or <c>env:NAME</c> or <c>file:PATH</c> that holds it; empty: the embedded database.</summary>
    public string Database { get; set; } = "";

    /// <summary>Folder of PostgreSQL's programs for the embedded database; empty: looked for on PATH and in the usual places, else fetched with npm.</summary>
    public string PostgresBinaries { get; set; } = "";

    /// <summary>Folder of operator files.</summary>
    public string Operators { get; set; } = "operators";

    /// <summary>GeoJSON files of boundaries: one of boroughs, one of wards, one of LSOAs at most.</summary>
    public IReadOnlyList<string> Areas { get; set; } = [];

    /// <summary>Address to listen on: <c>localhost</c>, an IP address, or <c>*</c> for all.</summary>
    public string Listen { get; set; } = "localhost";

    /// <summary>TCP port; TLS only.</summary>
    public int Port { get; set; } = 8443;

    /// <summary>Certificate chain as PEM. Needed beyond loopback; empty on loopback: a local one is made.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>Private key of <see cref="Certificate"/> as PEM.</summary>
    public string CertificateKey { get; set; } = "";

    /// <summary>False: this instance only serves.</summary>
    public bool Collect { get; set; } = true;

    /// <summary>True when only this machine can reach the hub.</summary>
    public bool IsLoopback => Listen == "localhost" || (IPAddress.TryParse(Listen, out var address) && IPAddress.IsLoopback(address));
}

/// <summary>Options are judged at the start, all faults at once.</summary>
public sealed class HubOptionsValidator : AbstractValidator<HubOptions>
{
    public HubOptionsValidator()
    {
        RuleFor(o => o.Port).InclusiveBetween(1, 65535).WithMessage(o => $"Hub:Port is {o.Port}; allowed are 1 to 65535.");
        RuleFor(o => o.Listen)
            .Must(l => l is "localhost" or "*" || IPAddress.TryParse(l, out _))
            .WithMessage(o => $"Hub:Listen is '{o.Listen}'; allowed are localhost, * or an IP address.");
        RuleFor(o => o.Certificate)
            .NotEmpty()
            .When(o => !o.IsLoopback)
            .WithMessage(o => $"Hub:Listen is '{o.Listen}', which other machines can reach: name a certificate with Hub:Certificate and Hub:CertificateKey (PEM files).");
        RuleFor(o => o.Certificate)
            .Must(File.Exists)
            .When(o => o.Certificate.Length > 0)
            .WithMessage(o => $"Hub:Certificate names {o.Certificate}, which does not exist.");
        RuleFor(o => o.CertificateKey)
            .Must(File.Exists)
            .When(o => o.Certificate.Length > 0)
            .WithMessage(o => $"Hub:CertificateKey names '{o.CertificateKey}', which does not exist; the key of Hub:Certificate is needed.");
        RuleFor(o => o.Operators).NotEmpty().WithMessage("Hub:Operators is empty; name the folder of operator files.");
        RuleForEach(o => o.Areas).Must(File.Exists).WithMessage((_, file) => $"Hub:Areas names {file}, which does not exist.");
    }
}
