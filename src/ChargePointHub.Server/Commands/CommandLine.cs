using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Hosting;

namespace ChargePointHub.Server.Commands;

/// <summary>A command that shows how it is used.</summary>
/// <param name="examples">Arguments after the program's name, one line each.</param>
public sealed class ExampleCommand(string name, string description, params string[] examples) : Command(name, description), IEnumerable<Symbol>
{
    public IReadOnlyList<string> Examples => examples;

    /// <summary>It has no end of its own: being stopped is how it ends, and that takes its time.</summary>
    public bool RunsUntilStopped { get; init; }

    IEnumerator<Symbol> IEnumerable<Symbol>.GetEnumerator() => Children.GetEnumerator();
}

/// <summary>
/// What every program of the hub does alike with its arguments: help with examples, the version, mistakes told with the name
/// that was probably meant, and exit codes.
/// </summary>
public static class CommandLine
{
    /// <summary>How long an orderly stop may take after Ctrl-C or SIGTERM before the process ends all the same: the longest drain, and the embedded server's checkpoint takes what it takes.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(HubOptions.LongestDrainSeconds + 80);

    /// <summary>The same for a command that was broken off.</summary>
    private static readonly TimeSpan LongestBreak = TimeSpan.FromSeconds(10);

    /// <param name="examples">Of the program itself, as arguments after its name.</param>
    public static async Task<int> InvokeAsync(RootCommand root, IReadOnlyList<string> examples, string[] arguments, TextWriter output, TextWriter error)
    {
        foreach (var option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction plain } help) help.Action = new HelpWithExamples(plain, examples);
            if (option is VersionOption version) version.Action = new VersionLines();
        }

        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count == 0 && !Misread(parsed).Any())
        {
            var patience = parsed.CommandResult.Command is ExampleCommand { RunsUntilStopped: false } ? LongestBreak : LongestStop;
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = patience });
        }

        foreach (var mistake in MistakesOf(parsed)) await error.WriteLineAsync(mistake);
        await error.WriteLineAsync($"{string.Join(' ', Path(parsed.CommandResult.Command, root))} --help shows what there is.");
        return (int)ExitCode.WrongUse;
    }

    /// <summary>One sentence each; empty when the arguments are in order.</summary>
    public static IReadOnlyList<string> MistakesOf(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var unknown = Misread(parsed).Select(token => Unknown(token, command)).ToList();
        foreach (var token in parsed.UnmatchedTokens)
        {
            // What follows an unknown name is its value, or belongs to a command that was meant.
            if (IsOption(token) || unknown.Count == 0) unknown.Add(Unknown(token, command));
        }

        if (unknown.Count > 0) return unknown;
        if (parsed.CommandResult.Command is not RootCommand && command.Subcommands.Count > 0)
            return [$"{command.Name} alone does nothing; name one of: {string.Join(", ", command.Subcommands.Select(c => c.Name))}."];
        return [.. parsed.Errors.Select(e => e.SymbolResult is ArgumentResult { Tokens.Count: 0, Parent: CommandResult } missing
            ? $"{missing.Argument.Name} is missing. {missing.Argument.Description}"
            : e.SymbolResult is OptionResult { Tokens.Count: 0 } bare ? $"{bare.Option.Name} is given without its {bare.Option.HelpName}. {bare.Option.Description}" : e.Message)];
    }

    /// <summary>Mistyped options that were taken for an argument: a key's label, an operator, a file.</summary>
    private static IEnumerable<string> Misread(ParseResult parsed) =>
        parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value).Where(IsOption);

    private static bool IsOption(string token) => token.StartsWith('-') && token.Length > 1;

    private static string Unknown(string token, Command command)
    {
        var known = IsOption(token)
            ? command.Options.Concat(Above(command).SelectMany(p => p.Options.Where(o => o.Recursive))).Select(o => o.Name)
            : command.Subcommands.Select(c => c.Name);
        var meant = Nearest.Of(token.Split('=')[0], known) is { } near ? $" Was {near} meant?" : "";
        return $"'{token}' is not {(IsOption(token) ? "an option" : command.Subcommands.Count > 0 ? "a command" : "an argument")} here.{meant}";
    }

    private static IEnumerable<Command> Above(Command command) => command.Parents.OfType<Command>().SelectMany(p => Above(p).Prepend(p));

    private static IEnumerable<string> Path(Command command, RootCommand root) =>
        command == root ? [root.Name] : [.. Path(command.Parents.OfType<Command>().First(), root), command.Name];

    private sealed class HelpWithExamples(HelpAction plain, IReadOnlyList<string> ofProgram) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = plain.Invoke(parseResult);
            var output = parseResult.InvocationConfiguration.Output;
            var command = parseResult.CommandResult.Command;
            var program = parseResult.RootCommandResult.Command.Name;
            var examples = command is ExampleCommand own ? own.Examples : command is RootCommand ? ofProgram : [];
            if (examples.Count > 0) output.WriteLine("Examples:");
            foreach (var example in examples) output.WriteLine($"  {program} {example}".TrimEnd());
            if (examples.Count > 0) output.WriteLine();
            if (command is not RootCommand) return code;
            output.WriteLine("Exit codes:");
            foreach (var (exit, meaning) in ExitCodes.All) output.WriteLine($"  {(int)exit,-4} {meaning}");
            output.WriteLine();
            return code;
        }
    }

    private sealed class VersionLines : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            foreach (var line in ProductVersion.Lines) parseResult.InvocationConfiguration.Output.WriteLine(line);
            return 0;
        }
    }
}
