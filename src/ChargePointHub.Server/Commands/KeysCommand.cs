using System.CommandLine;
using System.CommandLine.Parsing;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Commands;

/// <summary><c>keys create|list|rotate|revoke</c>.</summary>
internal static class KeysCommand
{
    public static Command Create(CommandContext context) =>
        new ExampleCommand(
            "keys", "Makes, lists, replaces and revokes the keys that restricted data is read with.",
            "keys create 'GLA dashboards' --organisation gla --days 365", "keys list", "keys rotate 0123456789abcdef", "keys revoke 0123456789abcdef")
        {
            CreateKey(context),
            List(context),
            Rotate(context),
            Revoke(context),
        };

    private static ExampleCommand CreateKey(CommandContext context)
    {
        var label = new Argument<string>("LABEL") { Description = "Whose key it is, for the list." };
        label.Validators.Add(r =>
        {
            if (string.IsNullOrWhiteSpace(r.GetValueOrDefault<string>())) r.AddError("The label says whose key it is; it must not be blank.");
        });
        var organisation = new Option<string?>("--organisation") { Description = "Whose it is: it opens what is granted to it, as `grants list` shows, and ends with it.", HelpName = "ID" };
        var scope = new Option<string?>("--scope") { Description = "Instead of an organisation, for those who keep the hub: everything.", HelpName = "SCOPE" };
        scope.AcceptOnlyFromAmong(Scope.Everything.Name);
        var days = Lifetime("Days until it expires; not given: it does not.");
        var create = new ExampleCommand("create", "Makes a key and shows it, once. One label has at most two live keys.", "keys create 'GLA dashboards' --organisation gla", "keys create 'Camden planning' --organisation camden --days 90") { label, organisation, scope, days };
        create.SetAction(context.Guarded(async (parsed, ct) =>
        {
            if (parsed.GetValue(organisation) is null == parsed.GetValue(scope) is null)
                throw new StartException(["Name whose key it is with --organisation ID, or give --scope everything; one of the two."]);
            await using var database = await context.OpenMigratedAsync(context.Arguments.Read(parsed), ct);
            var expiresAt = Days(parsed.GetValue(days)) is { } d ? context.Time.GetUtcNow().AddDays(d) : (DateTimeOffset?)null;
            var keys = new AccessKeys(database.Source, context.Time);
            var made = parsed.GetValue(organisation) is { } holder
                ? await keys.CreateForAsync(holder, parsed.GetRequiredValue(label), ct, expiresAt)
                : await keys.CreateAsync(parsed.GetRequiredValue(label), Scope.Everything, ct, expiresAt);
            return await ShowAsync(context, made);
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
                    k.OrganisationId,
                    Scope = k.ScopeName,
                    State = State(k, now),
                    CreatedAt = Instants.Format(k.CreatedAt),
                    ExpiresAt = CommandContext.Text(k.ExpiresAt),
                    LastUsedAt = CommandContext.Text(k.LastUsedAt),
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
                    ["KEY ID", "ORGANISATION", "SCOPE", "STATE", "CREATED", "EXPIRES", "LAST USED", "LABEL"],
                    .. keys.Select(k => new[]
                    {
                        k.KeyId, k.OrganisationId ?? "-", k.ScopeName, State(k, now), Instants.Format(k.CreatedAt), CommandContext.Text(k.ExpiresAt) ?? "never", CommandContext.Text(k.LastUsedAt) ?? "never", k.Label,
                    }),
                ]);
            }

            return ExitCode.Done;
        }));
        return list;
    }

    private static ExampleCommand Rotate(CommandContext context)
    {
        var id = new Argument<string>("KEY-ID") { Description = "The live key to replace, as the list shows it, or the whole key." };
        var days = Lifetime("Days until the new key expires; not given: as many as the old one was given.");
        var keep = new Option<string?>("--keep-days") { Description = $"Days that the old key goes on; 0: it ends at once; not given: {UsualKeepDays}.", HelpName = "N" };
        keep.Validators.Add(r => Refuse(r, "--keep-days", least: 0));
        var rotate = new ExampleCommand(
            "rotate", "Makes a key for the same holder with the same rights and shows it, once; the old key ends some days later.",
            "keys rotate 0123456789abcdef", "keys rotate 0123456789abcdef --keep-days 0 --days 365") { id, days, keep };
        rotate.SetAction(context.Guarded(async (parsed, ct) =>
        {
            await using var database = await context.OpenMigratedAsync(context.Arguments.Read(parsed), ct);
            var now = context.Time.GetUtcNow();
            var keepUntil = now.AddDays(Days(parsed.GetValue(keep), least: 0) ?? UsualKeepDays);
            var made = await new AccessKeys(database.Source, context.Time).RotateAsync(
                IdOf(parsed.GetRequiredValue(id)), keepUntil, old => Days(parsed.GetValue(days)) is { } d ? now.AddDays(d) : now + (old.ExpiresAt - old.CreatedAt), ct);
            return await ShowAsync(context, made, IdOf(parsed.GetRequiredValue(id)));
        }));
        return rotate;
    }

    private static ExampleCommand Revoke(CommandContext context)
    {
        var id = new Argument<string>("KEY-ID") { Description = "As the list shows it, or the whole key." };
        var revoke = new ExampleCommand("revoke", "Ends a key at once.", "keys revoke 0123456789abcdef") { id };
        revoke.SetAction(context.Guarded(async (parsed, ct) =>
        {
            await using var database = await context.OpenMigratedAsync(context.Arguments.Read(parsed), ct);
            if (await new AccessKeys(database.Source, context.Time).RevokeAsync(IdOf(parsed.GetRequiredValue(id)), ct)) return ExitCode.Done;
            return await RefuseAsync(context, NotLive(IdOf(parsed.GetRequiredValue(id))));
        }));
        return revoke;
    }

    private const int LongestDays = 36_500;

    private const int UsualKeepDays = 7;

    private static Option<string?> Lifetime(string description)
    {
        var days = new Option<string?>("--days") { Description = description, HelpName = "N" };
        days.Validators.Add(r => Refuse(r, "--days", least: 1));
        return days;
    }

    private static void Refuse(OptionResult result, string option, int least)
    {
        if (Days(result.Tokens.Count == 1 ? result.Tokens[0].Value : "", least) is null)
            result.AddError($"{option} is '{string.Join(' ', result.Tokens)}'; allowed: a whole number from {least} to {LongestDays}.");
    }

    private static int? Days(string? text, int least = 1) =>
        int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var days) && days >= least && days <= LongestDays ? days : null;

    private static async Task<ExitCode> ShowAsync(CommandContext context, KeyMaking making, string? asked = null)
    {
        switch (making)
        {
            case KeyMade made:
                await context.Output.WriteLineAsync(made.Key.Token);
                await context.Error.WriteLineAsync("Keep it now: only a hash is stored, it cannot be shown again.");
                return ExitCode.Done;
            case HolderHasTwoKeys full:
                return await RefuseAsync(context, $"'{full.Label}' has two live keys already, {string.Join(" and ", full.KeyIds)}; end one with `keys revoke`, or give the new key another label.");
            case NoSuchOrganisation none:
                return await RefuseAsync(
                    context,
                    $"No organisation has the id '{none.OrganisationId}'. {(none.Known.Count == 0 ? "There are none yet; `grants apply FILE` brings them." : $"There are: {string.Join(", ", none.Known)}.")}");
            default:
                return await RefuseAsync(context, NotLive(asked!));
        }
    }

    /// <summary>Whoever must end a key in a hurry has the whole of it at hand; what it holds beside its id is never repeated.</summary>
    private static string IdOf(string given) => given.StartsWith(CallerAccess.Prefix, StringComparison.Ordinal) ? given[CallerAccess.Prefix.Length..].Split('_')[0] : given;

    private static string NotLive(string keyId) => $"No live key has the id '{keyId}'; `keys list` shows them all.";

    private static async Task<ExitCode> RefuseAsync(CommandContext context, string sentence)
    {
        await context.Error.WriteLineAsync(sentence);
        return ExitCode.Refused;
    }

    private static string State(AccessKey key, DateTimeOffset now) => key.IsLive(now) ? "live" : key.RevokedAt is not null ? "revoked" : "expired";
}
