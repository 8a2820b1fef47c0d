using System.CommandLine;
using ChargePointHub.Model;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Commands;

/// <summary><c>feeds release</c>: lets a crawl that is held through.</summary>
internal static class FeedsReleaseCommand
{
    public static Command Create(CommandContext context)
    {
        var id = new Argument<string>("OPERATOR") { Description = "An operator_id whose crawl is held." };
        var release = new ExampleCommand(
            "release", "Believes the next whole crawl of an operator of whose charge points more than a fifth would vanish or move at once.",
            "feeds release lamplight") { id };
        release.SetAction(context.Guarded(async (parsed, ct) =>
        {
            await using var database = await context.OpenExistingAsync(context.Arguments.Read(parsed), ct);
            var (holds, asked) = (new CrawlHolds(database.Source), parsed.GetRequiredValue(id));
            if (await holds.ReleaseAsync(asked, context.Time.GetUtcNow(), ct))
            {
                var hold = (await holds.ReadAsync(ct)).First(h => h.OperatorId == asked);
                await context.Output.WriteLineAsync(
                    $"{asked}: held since {Instants.Format(hold.HeldAt)}; of {hold.Known} charge points {hold.Vanishing} would vanish and {hold.Changing} move. The next whole crawl is believed.");
                return ExitCode.Done;
            }

            var held = (await holds.ReadAsync(ct)).Select(h => h.OperatorId).ToList();
            await context.Error.WriteLineAsync($"No crawl of '{asked}' is held. Held: {(held.Count == 0 ? "none" : string.Join(", ", held))}.");
            return ExitCode.Refused;
        }));
        return release;
    }
}
