using System.CommandLine;
using ChargePointHub.Server.Hosting;

namespace ChargePointHub.Server.Commands;

/// <summary>
/// The options that every command takes. Configuration (appsettings.json in the working directory, then environment) comes
/// first; what stands on the command line wins.
/// </summary>
public sealed class OptionArguments
{
    private readonly Option<string?> data = new("--data") { Description = "Folder of the embedded database and local certificates.", Recursive = true };
    private readonly Option<string?> database = new("--database") { Description = "PostgreSQL connection string, env:NAME or file:PATH.", Recursive = true };
    private readonly Option<string?> binaries = new("--postgres-binaries") { Description = "Folder of PostgreSQL's programs for the embedded database; else PATH and the usual places, else npm's.", Recursive = true };
    private readonly Option<string?> operators = new("--operators") { Description = "Folder of operator files.", Recursive = true };
    private readonly Option<string[]?> areas = new("--areas") { Description = "GeoJSON boundaries; may be given once each for boroughs, wards, LSOAs.", Recursive = true };
    private readonly Option<string?> listen = new("--listen") { Description = "localhost (default), * or an IP address.", Recursive = true };
    private readonly Option<int?> port = new("--port") { Description = "TLS port, 8443 by default.", Recursive = true };
    private readonly Option<string?> certificate = new("--certificate") { Description = "Certificate chain, PEM; needed beyond loopback.", Recursive = true };
    private readonly Option<string?> certificateKey = new("--certificate-key") { Description = "Its private key, PEM.", Recursive = true };

    public IReadOnlyList<Option> All => [data, database, binaries, operators, areas, listen, port, certificate, certificateKey];

    /// <exception cref="StartException">The options are wrong; all faults at once.</exception>
    public HubOptions Read(ParseResult parsed)
    {
        var configuration = new ConfigurationBuilder()
            .SetBasePath(Directory.GetCurrentDirectory())
            .AddJsonFile("appsettings.json", optional: true)
            .AddEnvironmentVariables()
            .Build();
        var options = configuration.GetSection(HubOptions.Section).Get<HubOptions>() ?? new HubOptions();
        options.Data = parsed.GetValue(data) ?? options.Data;
        options.Database = parsed.GetValue(database) ?? options.Database;
        options.PostgresBinaries = parsed.GetValue(binaries) ?? options.PostgresBinaries;
        options.Operators = parsed.GetValue(operators) ?? options.Operators;
        if (parsed.GetValue(areas) is { Length: > 0 } files) options.Areas = files;
        options.Listen = parsed.GetValue(listen) ?? options.Listen;
        options.Port = parsed.GetValue(port) ?? options.Port;
        options.Certificate = parsed.GetValue(certificate) ?? options.Certificate;
        options.CertificateKey = parsed.GetValue(certificateKey) ?? options.CertificateKey;
        var judged = new HubOptionsValidator().Validate(options);
        return judged.IsValid ? options : throw new StartException([.. judged.Errors.Select(e => e.ErrorMessage)]);
    }
}
