using System.CommandLine;
using ChargePointHub.Model;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Commands;

/// <summary><c>keys create|list|revoke</c>.</summary>
internal static class KeysCommand
{
    public static Command Create(CommandContext context) =>
        new ExampleCommand(
            "keys", "Makes, lists and revokes the keys that restricted data is read with.",
            "keys create 'GLA dashboards' --days 365", "keys list", "keys revoke 0123456789abcdef")
        {
            CreateKey(context),
            List(context),
            Revoke(context),
        };

    private static ExampleCommand CreateKey(CommandContext context)
    {
        var label = new Argument<string>("LABEL") { Description = "Whose key it is, for the list." };
        label.Validators.Add(r =>
        {
            if (string.IsNullOrWhiteSpace(r.GetValueOrDefault<string>())) r.AddError("The label says whose key it is; it must not be blank.");
        });
        var scope = new Option<string>("--scope") { Description = "What the key may read: everything.", HelpName = "SCOPE", DefaultValueFactory = _ => Scope.Everything.Name };
        scope.AcceptOnlyFromAmong(Scope.Everything.Name);
        var days = new Option<string?>("--days") { Description = "Days until it expires; not given: it does not.", HelpName = "N" };
        days.Validators.Add(r =>
        {
            if (Days(r.Tokens.Count == 1 ? r.Tokens[0].Value : "") is null) r.AddError($"--days is '{string.Join(' ', r.Tokens)}'; allowed: a whole number from 1 to {LongestDays}.");
        });
        var create = new ExampleCommand("create", "Makes a key and shows it, once.", "keys create 'GLA dashboards'", "keys create 'Borough of Camden' --days 90") { label, scope, days };
        create.SetAction(context.Guarded(async (parsed, ct) =>
        {
            await using var database = await context.OpenMigratedAsync(context.Arguments.Read(parsed), ct);
            var expiresAt = Days(parsed.GetValue(days)) is { } d ? context.Time.GetUtcNow().AddDays(d) : (DateTimeOffset?)null;
            var key = await new AccessKeys(database.Source, context.Time)
                .CreateAsync(parsed.GetRequiredValue(label), Scope.Named(parsed.GetRequiredValue(scope))!, ct, expiresAt);
            await context.Output.WriteLineAsync(key.Token);
            await context.Error.WriteLineAsync("Keep it now: only a hash is stored, it cannot be shown again.");
            return ExitCode.Done;
        }));
        return create;
    }

    private static ExampleCommand List(CommandContext context)
    {
        var json = CommandContext.JsonOption();
        var list = new ExampleCommand("list", "Lists all keys, without their secrets.", "keys list", "keys list --json") { json };
        list.SetAction(context.Guarded(async (parsed, ct) =>
        {
            await using var database = await context.OpenMigratedAsync(context.Arguments.Read(parsed), ct);
            var now = context.Time.GetUtcNow();
            var keys = await new AccessKeys(database.Source, context.Time).ListAsync(ct);
            if (parsed.GetValue(json))
            {
                await context.WriteJsonAsync(keys.Select(k => new
                {
                    k.KeyId,
                    Scope = k.ScopeName,
                    State = State(k, now),
                    CreatedAt = Instants.Format(k.CreatedAt),
                    ExpiresAt = CommandContext.Text(k.ExpiresAt),
                    k.Label,
                }));
            }
            else if (keys.Count == 0)
            {
                await context.Error.WriteLineAsync("There are no keys yet; `keys create LABEL` makes one.");
            }
            else
            {
                await context.WriteTableAsync(
                [
                    ["KEY ID", "SCOPE", "STATE", "CREATED", "EXPIRES", "LABEL"],
                    .. keys.Select(k => new[] { k.KeyId, k.ScopeName, State(k, now), Instants.Format(k.CreatedAt), CommandContext.Text(k.ExpiresAt) ?? "never", k.Label }),
                ]);
            }

            return ExitCode.Done;
        }));
        return list;
    }

    private static ExampleCommand Revoke(CommandContext context)
    {
        var id = new Argument<string>("KEY-ID") { Description = "As the list shows it." };
        var revoke = new ExampleCommand("revoke", "Ends a key at once.", "keys revoke 0123456789abcdef") { id };
        revoke.SetAction(context.Guarded(async (parsed, ct) =>
        {
            await using var database = await context.OpenMigratedAsync(context.Arguments.Read(parsed), ct);
            if (await new AccessKeys(database.Source, context.Time).RevokeAsync(parsed.GetRequiredValue(id), ct)) return ExitCode.Done;
            await context.Error.WriteLineAsync($"No live key has the id '{parsed.GetValue(id)}'; `keys list` shows them all.");
            return ExitCode.Refused;
        }));
        return revoke;
    }

    private const int LongestDays = 36_500;

    private static int? Days(string? text) => int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= LongestDays ? days : null;

    private static string State(AccessKey key, DateTimeOffset now) =>
        key.RevokedAt is not null ? "revoked" : key.ExpiresAt <= now ? "expired" : "live";
}
