using System.CommandLine;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Parameters;

namespace ChargePointHub.Server.Commands;

/// <summary><c>quarantine list|recheck</c>.</summary>
internal static class QuarantineCommand
{
    public static Command Create(CommandContext context) =>
        new ExampleCommand(
            "quarantine", "Shows what was refused and why, and checks it again.", "quarantine list", "quarantine recheck lamplight --dry-run", "quarantine recheck")
        {
            QuarantineListCommand.Create(context),
            QuarantineRecheckCommand.Create(context),
        };

    public static Argument<string?> OperatorArgument() =>
        new("OPERATOR") { Description = "An operator_id; not given: all of them.", Arity = ArgumentArity.ZeroOrOne };

    public static string Unknown(string asked, IReadOnlyList<string> known)
    {
        var meant = Nearest.Of(asked, known) is { } near ? $" Was {near} meant?" : "";
        return $"There is no operator file of '{asked}'.{meant} Operators: {(known.Count == 0 ? "none" : string.Join(", ", known))}.";
    }

    /// <param name="what">What the command does with the datasets.</param>
    /// <param name="notGiven">Which it is then.</param>
    public static Option<string?> DatasetOption(string what, IReadOnlyList<Dataset> datasets, string notGiven = "all of them")
    {
        var names = string.Join(", ", datasets.Select(d => d.Name));
        var option = new Option<string?>("--dataset") { Description = $"{what}: {names}. Not given: {notGiven}.", HelpName = "DATASET" };
        option.Validators.Add(r =>
        {
            if (r.Tokens is not [var name] || datasets.All(d => d.Name != name.Value)) r.AddError($"--dataset is '{string.Join(' ', r.Tokens)}'; allowed: {names}.");
        });
        return option;
    }
}
