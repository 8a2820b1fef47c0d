using System.CommandLine;
using System.CommandLine.Parsing;
using ChargePointHub.Sandbox;
using ChargePointHub.Server.Commands;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Tests.House;

namespace ChargePointHub.Tests.Commands;

/// <summary>What the programs say of themselves, and of a mistake.</summary>
public class CommandLineTests
{
    [Fact]
    public void Every_command_shows_examples_that_are_in_order()
    {
        var root = HubCommands.Build(TextWriter.Null, TextWriter.Null);
        var commands = Below(root).ToList();

        Assert.True(commands.Count >= 7);
        Fault.None(commands.Where(c => c is not ExampleCommand { Examples.Count: > 0 }).Select(c => $"{c.Name} has no example."));
        Fault.None(commands.OfType<ExampleCommand>().SelectMany(c => c.Examples).Concat(HubCommands.Examples).SelectMany(e => Mistakes(root, e)));
        Fault.None(SandboxCommand.Examples.SelectMany(e => SandboxCommand.ErrorsOf(Words(e))));
    }

    [Fact]
    public async Task Help_names_the_options_an_example_and_every_exit_code_and_so_does_the_README()
    {
        var (code, help, error) = await RunAsync("--help");
        var (_, ofKeys, _) = await RunAsync("keys create --help");
        var readme = new RepositoryFile("README.md").Text;

        Assert.Equal((0, ""), (code, error));
        Fault.None(Setting.Of<HubOptions>().Where(s => !help.Contains(s.Text.Meaning, StringComparison.Ordinal)).Select(s => $"{s.Option} has no words in help."));
        Fault.None(ExitCodes.All.Where(e => !help.Contains(e.Meaning, StringComparison.Ordinal)).Select(e => $"Help does not say {e.Code}."));
        Fault.None(ExitCodes.All.Where(e => !readme.Contains($"| {(int)e.Code} | {e.Meaning} |", StringComparison.Ordinal)).Select(e => $"README.md does not say {e.Code}."));
        Assert.Contains("keys create 'GLA dashboards'", ofKeys, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--prot 9443", "'--prot' is not an option here. Was --port meant?")]
    [InlineData("serv", "'serv' is not a command here. Was serve meant?")]
    [InlineData("keys", "keys alone does nothing; name one of: create, list, rotate, revoke.")]
    [InlineData("keys crate label", "'crate' is not a command here. Was create meant?")]
    [InlineData("keys list --josn", "'--josn' is not an option here. Was --json meant?")]
    [InlineData("keys create --dayz 5", "'--dayz' is not an option here. Was --days meant?")]
    [InlineData("feeds status --dataa x", "'--dataa' is not an option here. Was --data meant?")]
    [InlineData("feeds check --jsn", "'--jsn' is not an option here. Was --json meant?")]
    [InlineData("keys create", "LABEL is missing. Whose key it is, for the list.")]
    [InlineData("keys create x --days 0", "--days is '0'; allowed: a whole number from 1 to 36500.")]
    [InlineData("keys rotate 0123456789abcdef --keep-days -1", "--keep-days is '-1'; allowed: a whole number from 0 to 36500.")]
    [InlineData("--areas", "--areas is given without its FILE.")]
    [InlineData("--port 70000", "--port (Hub:Port) is '70000'; allowed: a whole number from 1 to 65535.")]
    [InlineData("--port many", "--port (Hub:Port) is 'many'; allowed: a whole number from 1 to 65535.")]
    [InlineData("--collect maybe", "--collect (Hub:Collect) is 'maybe'; allowed: true or false.")]
    [InlineData("--listen *", "name a certificate with --certificate and --certificate-key")]
    [InlineData("--operators no-such-folder --port 47999", "There is no folder of operator files at ")]
    public async Task A_mistake_is_told_with_what_was_meant_or_is_allowed(string line, string told)
    {
        var (code, output, error) = await RunAsync(line);

        Assert.Contains(told, error, StringComparison.Ordinal);
        Assert.Equal((int)ExitCode.WrongUse, code);
        Assert.Empty(output);
    }

    [Fact]
    public async Task Faults_of_settings_come_all_at_once()
    {
        var (_, _, error) = await RunAsync("--port 0 --listen nowhere --certificate none.pem --certificate-key none.pem --areas none.geojson");

        Assert.Equal(5, error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task The_version_says_product_schema_protocols_and_rules()
    {
        var (code, output, _) = await RunAsync("--version");

        Assert.Equal(0, code);
        Assert.Matches(@"^ChargePointHub \d+\.\d+\.\d+", output);
        Assert.Contains(".sql", output, StringComparison.Ordinal);
        Assert.Contains("loti-v1", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_committed_reference_of_the_hubs_settings_is_made_of_the_options() => Assert.True(
        new RepositoryFile("src/ChargePointHub.Server/CONFIGURATION.md").Text == (await RunAsync("config reference")).Output,
        "Settings changed: dotnet run --project src/ChargePointHub.Server -- config reference > src/ChargePointHub.Server/CONFIGURATION.md");

    [Fact]
    public async Task The_committed_reference_of_the_Sandboxs_options_is_made_of_the_options()
    {
        using var output = new StringWriter();
        await SandboxCommand.RunAsync(["reference"], output, TextWriter.Null, (_, _) => Task.FromResult(1));

        Assert.True(
            new RepositoryFile("src/ChargePointHub.Sandbox/OPTIONS.md").Text == output.ToString(),
            "Options changed: dotnet run --project src/ChargePointHub.Sandbox -- reference > src/ChargePointHub.Sandbox/OPTIONS.md");
    }

    [Fact]
    public void Every_option_has_its_words() => Fault.None(
        new[] { typeof(HubOptions), typeof(SandboxOptions) }.SelectMany(t => t.GetProperties().Where(p => p.CanWrite).Select(p => (t, p)))
            .Where(o => !o.p.IsDefined(typeof(SettingAttribute), false)).Select(o => $"{o.t.Name}.{o.p.Name} has no words."));

    private static IEnumerable<Command> Below(Command command) => command.Subcommands.SelectMany(c => Below(c).Prepend(c));

    private static IReadOnlyList<string> Mistakes(RootCommand root, string example) => CommandLine.MistakesOf(root.Parse(Words(example)));

    private static string[] Words(string line) => [.. CommandLineParser.SplitCommandLine(line.Replace('\'', '"'))];

    private static async Task<(int Code, string Output, string Error)> RunAsync(string line)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (await HubCommands.RunAsync(Words(line), output, error), output.ToString(), error.ToString());
    }
}
