using System.CommandLine;
using ChargePointHub.Model;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Commands;

/// <summary>The command line: <c>serve</c> (default), <c>migrate</c>, <c>keys create|list|revoke</c>.</summary>
public static class HubCommands
{
    /// <summary>Longest wait for an orderly stop after Ctrl-C or SIGTERM: the embedded server's checkpoint takes what it takes.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(80);

    /// <summary>Exit codes: 0 done, 1 could not be done, 2 wrong use.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var shared = new OptionArguments();
        var root = new RootCommand("ChargePointHub: collects every operator's charge point data and serves it as one API.") { TreatUnmatchedTokensAsErrors = true };
        foreach (var option in shared.All) root.Options.Add(option);
        root.SetAction((parsed, ct) => GuardedAsync(error, () => ServeAsync(shared.Read(parsed), output, ct)));
        root.Subcommands.Add(Serve(shared, output, error));
        root.Subcommands.Add(Migrate(shared, output, error));
        root.Subcommands.Add(Keys(shared, output, error));
        var parse = root.Parse(args);
        var code = await parse.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = StopLimit });
        return parse.Errors.Count > 0 ? 2 : code;
    }

    private static Command Serve(OptionArguments shared, TextWriter output, TextWriter error)
    {
        var serve = new Command("serve", "Polls the operators and serves the API (the default).");
        serve.SetAction((parsed, ct) => GuardedAsync(error, () => ServeAsync(shared.Read(parsed), output, ct)));
        return serve;
    }

    private static async Task<int> ServeAsync(HubOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        await using var hub = await HubHost.StartAsync(options, new HubParts(), cancellationToken);
        foreach (var note in hub.DatabaseNotes.Concat(hub.Warnings)) await output.WriteLineAsync(note);
        await output.WriteLineAsync($"The hub answers at {hub.BaseUrl}/v1/charge-points" + (hub.CaFile is { } ca ? $" (clients trust {ca})" : ""));
        await hub.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    private static Command Migrate(OptionArguments shared, TextWriter output, TextWriter error)
    {
        var migrate = new Command("migrate", "Brings the database to this version's shape and ends.");
        migrate.SetAction((parsed, ct) => GuardedAsync(error, async () =>
        {
            await using var database = await HubDatabaseHandle.OpenAsync(shared.Read(parsed), ct);
            var applied = await Migrator.MigrateAsync(database.Source, ct);
            await output.WriteLineAsync(applied.Count == 0 ? "The database is up to date." : $"Applied: {string.Join(", ", applied)}.");
            return 0;
        }));
        return migrate;
    }

    private static Command Keys(OptionArguments shared, TextWriter output, TextWriter error)
    {
        var label = new Argument<string>("label") { Description = "Whose key it is, for the list." };
        var scope = new Option<string>("--scope") { Description = "What the key may read: everything.", DefaultValueFactory = _ => Scope.Everything.Name };
        scope.AcceptOnlyFromAmong(Scope.Everything.Name);
        var days = new Option<int?>("--days") { Description = "Days until it expires; not given: it does not." };
        days.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int?>() is < 1) r.AddError("--days is a whole number of at least 1.");
        });
        label.Validators.Add(r =>
        {
            if (string.IsNullOrWhiteSpace(r.GetValueOrDefault<string>())) r.AddError("The label says whose key it is; it must not be blank.");
        });
        var create = new Command("create", "Makes a key and shows it, once.") { label, scope, days };
        create.SetAction((parsed, ct) => GuardedAsync(error, async () =>
        {
            await using var database = await OpenMigratedAsync(shared.Read(parsed), ct);
            var expiresAt = parsed.GetValue(days) is { } d ? TimeProvider.System.GetUtcNow().AddDays(d) : (DateTimeOffset?)null;
            var key = await new AccessKeys(database.Source, TimeProvider.System)
                .CreateAsync(parsed.GetRequiredValue(label), Scope.Named(parsed.GetRequiredValue(scope))!, ct, expiresAt);
            await output.WriteLineAsync(key.Token);
            await error.WriteLineAsync("Keep it now: only a hash is stored, it cannot be shown again.");
            return 0;
        }));
        var list = new Command("list", "Lists all keys, without their secrets.");
        list.SetAction((parsed, ct) => GuardedAsync(error, async () =>
        {
            await using var database = await OpenMigratedAsync(shared.Read(parsed), ct);
            var keys = await new AccessKeys(database.Source, TimeProvider.System).ListAsync(ct);
            await output.WriteLineAsync(keys.Count == 0 ? "There are no keys yet; `keys create LABEL` makes one." : "key_id\tscope\tstate\tcreated_at\texpires_at\tlabel");
            foreach (var key in keys)
            {
                await output.WriteLineAsync(string.Join('\t', key.KeyId, key.ScopeName, State(key, TimeProvider.System.GetUtcNow()),
                    Instants.Format(key.CreatedAt), key.ExpiresAt is { } end ? Instants.Format(end) : "never", key.Label));
            }

            return 0;
        }));
        var id = new Argument<string>("key-id") { Description = "As the list shows it." };
        var revoke = new Command("revoke", "Ends a key at once.") { id };
        revoke.SetAction((parsed, ct) => GuardedAsync(error, async () =>
        {
            await using var database = await OpenMigratedAsync(shared.Read(parsed), ct);
            if (await new AccessKeys(database.Source, TimeProvider.System).RevokeAsync(parsed.GetRequiredValue(id), ct)) return 0;
            await error.WriteLineAsync($"No live key has the id '{parsed.GetValue(id)}'; `keys list` shows them all.");
            return 1;
        }));
        return new Command("keys", "Makes, lists and revokes the keys that restricted data is read with.") { create, list, revoke };
    }

    private static string State(AccessKey key, DateTimeOffset now) =>
        key.RevokedAt is not null ? "revoked" : key.ExpiresAt <= now ? "expired" : "live";

    private static async Task<HubDatabaseHandle> OpenMigratedAsync(HubOptions options, CancellationToken cancellationToken)
    {
        var database = await HubDatabaseHandle.OpenAsync(options, cancellationToken);
        await Migrator.MigrateAsync(database.Source, cancellationToken);
        return database;
    }

    /// <summary>What a person can mend is said in lines, without a stack.</summary>
    private static async Task<int> GuardedAsync(TextWriter error, Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception failure) when (StartFailures.Reasons(failure) is { } reasons)
        {
            foreach (var reason in reasons) await error.WriteLineAsync(reason);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }
}
