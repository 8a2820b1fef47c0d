using System.CommandLine;
using System.Globalization;
using ChargePointHub.Sandbox.Faults;
using ChargePointHub.Server.Commands;
using ChargePointHub.Server.Hosting;

namespace ChargePointHub.Sandbox;

/// <summary>The Sandbox's command line.</summary>
public static class SandboxCommand
{
    public static readonly IReadOnlyList<string> Examples =
    [
        "",
        "--outage lamplight=+30s/+90s --fresh",
        "--scale london --data london --port 9000",
        "--replay recorded --oracle oracle",
        "--quirks --operators 1 --charge-points 1 --fresh",
        "reference",
    ];

    private static readonly IReadOnlyList<Setting> Settings = Setting.Of<SandboxOptions>();

    /// <summary>Reads the arguments and runs; wrong ones are told, and the exit code is that of wrong use.</summary>
    /// <param name="run">What to do with options that are in order; gives the exit code.</param>
    public static Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error, Func<SandboxOptions, CancellationToken, Task<int>> run) =>
        CommandLine.InvokeAsync(Build(output, run), Examples, arguments, output, error);

    /// <summary>What is wrong with the arguments, one sentence each; empty when they are in order.</summary>
    public static IReadOnlyList<string> ErrorsOf(string[] arguments) => CommandLine.MistakesOf(Build(TextWriter.Null, (_, _) => Task.FromResult(0)).Parse(arguments));

    /// <summary>Every option, in Markdown.</summary>
    private static string Reference() => SettingReference.Of(
        "# Options of the Sandbox",
        "Made of the options class by the command `reference`; a test compares. All of them stand on the command line only.",
        Settings,
        isConfigured: false);

    private static RootCommand Build(TextWriter output, Func<SandboxOptions, CancellationToken, Task<int>> run)
    {
        var port = Whole(nameof(SandboxOptions.Port), 0, 65_535);
        var data = Text(nameof(SandboxOptions.DataFolder));
        var fresh = new Option<bool>("--fresh") { Description = SettingReference.HelpLine(Of(nameof(SandboxOptions.Fresh))) };
        var operators = Whole(nameof(SandboxOptions.Operators), 1, SandboxOptions.MostOperators);
        var chargePoints = Whole(nameof(SandboxOptions.ChargePoints), 1, SandboxOptions.MostChargePoints);
        var days = Whole(nameof(SandboxOptions.Days), 1, SandboxOptions.MostDays);
        var seed = Whole(nameof(SandboxOptions.Seed), long.MinValue, long.MaxValue);
        var scale = Text(nameof(SandboxOptions.Scale));
        scale.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: not ("small" or "london") and var text }]) result.AddError(NotAllowed(nameof(SandboxOptions.Scale), text));
        });
        var areas = Text(nameof(SandboxOptions.AreasFile));
        var outage = Texts(nameof(SandboxOptions.Outages));
        var lookBack = Texts(nameof(SandboxOptions.LookBacks));
        var fault = Texts(nameof(SandboxOptions.Faults));
        var binaries = Text(nameof(SandboxOptions.PostgresBinaries));
        var quirks = new Option<bool>("--quirks") { Description = SettingReference.HelpLine(Of(nameof(SandboxOptions.Quirks))) };
        var replay = Text(nameof(SandboxOptions.ReplayFolder));
        var oracle = Text(nameof(SandboxOptions.OracleFolder));

        var reference = new ExampleCommand("reference", "Prints every option: type, default, meaning, allowed values; in Markdown.", "reference");
        reference.SetAction(_ => output.Write(Reference()));

        var command = new RootCommand("A pretend London: simulated operators with TLS APIs, and a hub that collects from them.")
        {
            port, data, fresh, operators, chargePoints, days, seed, scale, areas, outage, lookBack, fault, binaries, quirks, replay, oracle, reference,
        };
        command.SetAction((result, cancellationToken) => result.GetValue(fault) is ["list"] ? ListFaultsAsync(output) : run(
            new SandboxOptions
            {
                Port = (int?)Number(result.GetValue(port)) ?? SandboxOptions.DefaultPort,
                DataFolder = result.GetValue(data) ?? new SandboxOptions().DataFolder,
                Fresh = result.GetValue(fresh),
                Operators = (int?)Number(result.GetValue(operators)),
                ChargePoints = (int?)Number(result.GetValue(chargePoints)),
                Days = (int?)Number(result.GetValue(days)),
                Seed = Number(result.GetValue(seed)),
                Scale = result.GetValue(scale) switch { "london" => SandboxScale.London, "small" => SandboxScale.Small, _ => null },
                AreasFile = result.GetValue(areas),
                Outages = result.GetValue(outage) ?? [],
                LookBacks = result.GetValue(lookBack) ?? [],
                Faults = result.GetValue(fault) ?? [],
                PostgresBinaries = result.GetValue(binaries),
                Quirks = result.GetValue(quirks),
                ReplayFolder = result.GetValue(replay),
                OracleFolder = result.GetValue(oracle),
            },
            cancellationToken));
        return command;
    }

    private static async Task<int> ListFaultsAsync(TextWriter output)
    {
        foreach (var line in FaultCatalogue.Lines) await output.WriteLineAsync(line);
        return (int)ExitCode.Done;
    }

    private static Setting Of(string property) => Settings.Single(s => s.Property.Name == property);

    private static string NotAllowed(string property, string text) => $"{Of(property).Option} is '{text}'; allowed: {Of(property).Text.Allowed}.";

    private static Option<string?> Text(string property) =>
        new(Of(property).Option) { Description = SettingReference.HelpLine(Of(property)), HelpName = Of(property).Text.Value };

    private static Option<string[]> Texts(string property) =>
        new(Of(property).Option) { Description = SettingReference.HelpLine(Of(property)), HelpName = Of(property).Text.Value, AllowMultipleArgumentsPerToken = true };

    private static Option<string?> Whole(string property, long least, long most)
    {
        var option = Text(property);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && (Number(text) is not { } value || value < least || value > most))
                result.AddError(NotAllowed(property, text));
        });
        return option;
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;
}
