using System.CommandLine;
using ChargePointHub.Server.Hosting;

namespace ChargePointHub.Server.Commands;

/// <summary>The options that every command takes: those of <see cref="HubOptions"/>, in its words.</summary>
public sealed class OptionArguments
{
    private readonly IReadOnlyList<(Setting Setting, Option<string[]> Option)> all = [.. Setting.Of<HubOptions>().Select(s => (s, OptionOf(s)))];

    public IEnumerable<Option> All => all.Select(a => a.Option);

    /// <exception cref="StartException">The options are wrong; all faults at once.</exception>
    public HubOptions Read(ParseResult parsed) => HubConfiguration.Read(Given(parsed));

    /// <summary>What could be read, and all that is wrong with it.</summary>
    public (HubOptions Options, IReadOnlyList<string> Faults) Judge(ParseResult parsed) => HubConfiguration.Judge(Given(parsed));

    private Dictionary<string, IReadOnlyList<string>> Given(ParseResult parsed) =>
        all.Where(a => parsed.GetResult(a.Option) is { Implicit: false }).ToDictionary(a => a.Setting.Option, a => (IReadOnlyList<string>)(parsed.GetValue(a.Option) ?? []));

    /// <summary>All are read as text, so that a wrong value is told in the setting's own words.</summary>
    private static Option<string[]> OptionOf(Setting setting) => new(setting.Option)
    {
        Description = SettingReference.HelpLine(setting),
        HelpName = setting.Text.Value,
        Arity = setting.IsList ? ArgumentArity.OneOrMore : ArgumentArity.ExactlyOne,
        Recursive = true,
        CustomParser = result => [.. result.Tokens.Select(t => t.Value)],
    };
}
