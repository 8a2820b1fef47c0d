using System.CommandLine;

namespace ChargePointHub.Server.Commands;

/// <summary>The command line's table of contents.</summary>
public static class HubCommands
{
    /// <summary>Of the program itself.</summary>
    public static readonly IReadOnlyList<string> Examples =
    [
        "",
        "--port 9443 --operators operators --areas boroughs.geojson",
        "--database env:HUB_DATABASE --listen '*' --certificate chain.pem --certificate-key key.pem",
        "doctor",
        "feeds status",
        "keys create 'GLA dashboards' --organisation gla",
        "grants apply grants.json",
    ];

    /// <summary>Returns one of <see cref="Hosting.ExitCodes"/>.</summary>
    public static Task<int> RunAsync(string[] args, TextWriter output, TextWriter error) =>
        CommandLine.InvokeAsync(Build(output, error), Examples, args, output, error);

    /// <summary>Of a terminal; null for a file, a pipe or a test.</summary>
    private static int? WidthOf(TextWriter output) =>
        ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected && Console.WindowWidth is > 0 and var width ? width : null;

    public static RootCommand Build(TextWriter output, TextWriter error)
    {
        var context = new CommandContext(output, error, WidthOf(output));
        var root = new RootCommand("ChargePointHub: collects every operator's charge point data and serves it as one API. Without a command it serves.")
        {
            ServeCommand.Create(context),
            DoctorCommand.Create(context),
            FeedsCommand.Create(context),
            ImportCommand.Create(context),
            QuarantineCommand.Create(context),
            FindingsCommand.Create(context),
            KeysCommand.Create(context),
            GrantsCommand.Create(context),
            AuditCommand.Create(context),
            PurgeCommand.Create(context),
            RollupsCommand.Create(context),
            MigrateCommand.Create(context),
            ConfigCommand.Create(context),
        };
        foreach (var option in context.Arguments.All) root.Options.Add(option);
        root.SetAction(context.Guarded((parsed, ct) => ServeCommand.ServeAsync(context, parsed, ct)));
        return root;
    }
}
