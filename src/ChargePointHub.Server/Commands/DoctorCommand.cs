using System.CommandLine;
using ChargePointHub.Model;
using ChargePointHub.Server.Doctor;
using ChargePointHub.Server.Hosting;

namespace ChargePointHub.Server.Commands;

/// <summary><c>doctor</c>: everything that an installation stands on, looked at.</summary>
internal static class DoctorCommand
{
    public static Command Create(CommandContext context)
    {
        var offline = new Option<bool>("--offline") { Description = "Asks no operator." };
        var json = CommandContext.JsonOption();
        var doctor = new ExampleCommand(
            "doctor", "Looks at settings, certificate, clock, database, disk, operator files, boundaries and feeds, and says what to do. Asks each operator once.",
            "doctor", "doctor --offline", "doctor --database env:HUB_DATABASE --json") { offline, json };
        doctor.SetAction(context.Guarded(async (parsed, ct) =>
        {
            var (options, faults) = context.Arguments.Judge(parsed);
            var checks = new List<Check>();
            await foreach (var check in new Examination(options, faults, parsed.GetValue(offline), context.Time, context.Progress.Show).LookAsync(ct))
            {
                checks.Add(check);
                context.Progress.Clear();
                if (!parsed.GetValue(json)) await TellAsync(context.Output, check);
            }

            var count = checks.CountBy(c => c.Outcome).ToDictionary();
            if (parsed.GetValue(json)) await context.WriteJsonAsync(checks.Select(c => new { c.Subject, Outcome = Words<CheckOutcome>.Of(c.Outcome), c.Sentence, c.Remedy }));
            else await context.Output.WriteLineAsync(string.Join(", ", Enum.GetValues<CheckOutcome>().Select(o => $"{Words<CheckOutcome>.Of(o)}: {count.GetValueOrDefault(o)}")));
            return count.ContainsKey(CheckOutcome.Failed) ? ExitCode.Refused : ExitCode.Done;
        }));
        return doctor;
    }

    private static async Task TellAsync(TextWriter output, Check check)
    {
        await output.WriteLineAsync($"{Words<CheckOutcome>.Of(check.Outcome),-11} {check.Subject,-15} {check.Sentence}");
        if (check.Remedy is { } remedy) await output.WriteLineAsync($"{"",-11} {"",-15} -> {remedy}");
    }
}
