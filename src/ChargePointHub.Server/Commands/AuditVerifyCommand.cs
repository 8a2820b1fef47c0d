using System.CommandLine;
using ChargePointHub.Model;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store.Audit;

namespace ChargePointHub.Server.Commands;

/// <summary><c>audit verify</c>: whether the record of who read what is as it was written; hubs may run meanwhile.</summary>
internal static class AuditVerifyCommand
{
    /// <summary>Readings without an end that are told one by one.</summary>
    private const int MostTold = 10;

    public static Command Create(CommandContext context)
    {
        var told = new Option<string[]>("--checkpoint") { Description = "What the log says of a chain (its lines \"Audit checkpoint ...\"): the record must hold that row. May be given several times.", HelpName = "CHAIN:NUMBER:HASH" };
        told.Validators.Add(r =>
        {
            foreach (var token in r.Tokens.Where(t => AuditCheckpoint.Parse(t.Value) is null))
                r.AddError($"--checkpoint is '{token.Value}'; expected: the three parts as the log has them, e.g. 0199f0c2-a4f1-7c3a-9d1f-7c52c3a1b0de:1000: and 64 hexadecimal digits.");
        });
        var json = CommandContext.JsonOption();
        var verify = new ExampleCommand(
            "verify", "Walks the whole record row by row: exit code 0 when it holds, 1 when a row was changed, is missing or stands elsewhere. A cut end, and a chain written anew or deleted whole, show only against checkpoints from the log.",
            "audit verify", $"audit verify --checkpoint 0199f0c2-a4f1-7c3a-9d1f-7c52c3a1b0de:1000:{new string('0', 64)}") { told, json };
        verify.SetAction(context.Guarded(async (parsed, ct) =>
        {
            await using var database = await context.OpenExistingAsync(context.Arguments.Read(parsed), ct);
            var checkpoints = (parsed.GetValue(told) ?? []).Select(t => AuditCheckpoint.Parse(t)!).ToList();
            var chains = await new AuditVerification(database.Source).VerifyAsync(
                checkpoints, (walked, all) => context.Progress.Show($"Walking the audit: {walked} of {all} rows"), ct);
            context.Progress.Clear();
            await (parsed.GetValue(json) ? context.WriteJsonAsync(Listed(chains)) : TellPersonAsync(context, chains));
            return chains.All(c => c.Broken is null) ? ExitCode.Done : ExitCode.Refused;
        }));
        return verify;
    }

    private static async Task TellPersonAsync(CommandContext context, IReadOnlyList<ChainState> chains)
    {
        if (chains.Count == 0)
        {
            await context.Error.WriteLineAsync("Nothing is on record: nobody has read restricted data yet.");
            return;
        }

        await context.WriteTableAsync(
        [
            ["CHAIN", "STATE", "ROWS", "AFTER CHECKPOINT", "READINGS", "NOT CLOSED", "FIRST", "LAST"],
            .. chains.Select(c => new[] { $"{c.Chain}", State(c), $"{c.Rows}", c.Beyond is { } beyond ? $"{beyond}" : "not covered", $"{c.Readings}", $"{c.Unclosed.Count}", Time(c, c.FirstAt), Time(c, c.LastAt) }),
        ]);
        var left = chains.Where(c => !c.IsRunning).SelectMany(c => c.Unclosed).OrderBy(u => u.OpenedAt).ToList();
        await context.Output.WriteLineAsync(
            $"{chains.Sum(c => c.Rows)} rows in {chains.Count} {(chains.Count == 1 ? "chain" : "chains")}; {chains.Sum(c => c.Readings)} readings, {chains.Where(c => c.IsRunning).Sum(c => c.Unclosed.Count)} of them under way, {left.Count} without an end as their instance was gone.");
        foreach (var one in left.Take(MostTold)) await context.Output.WriteLineAsync($"    without an end: {Instants.Format(one.OpenedAt)}, row {one.Number} of {one.Chain}");
        if (left.Count > MostTold) await context.Output.WriteLineAsync($"    and {left.Count - MostTold} later ones.");
        foreach (var broken in chains.Select(c => c.Broken).OfType<BrokenRow>())
            await context.Output.WriteLineAsync($"BROKEN at row {broken.Number} of {broken.Chain}{(broken.WrittenAt is { } at ? $", written {Instants.Format(at)}" : "")}: {Sentence(broken.Fault)}");
        if (chains.All(c => c.Broken is null)) await context.Output.WriteLineAsync(Verdict(chains));
    }

    /// <summary>No more than is so: what no checkpoint names could have been cut, written anew or deleted whole.</summary>
    private static string Verdict(IReadOnlyList<ChainState> chains)
    {
        var (covered, bare) = (chains.Where(c => c.Beyond is not null).ToList(), chains.Count(c => c.Beyond is null));
        return covered.Count == 0
            ? "Each chain holds together; that none was cut at its end, written anew or deleted whole shows only with --checkpoint, from the log."
            : $"Each chain holds together and has the rows of the checkpoints given. For {covered.Sum(c => c.Beyond)} rows after them"
                + $"{(bare == 0 ? "" : $", for {(bare == 1 ? "the chain" : $"the {bare} chains")} not covered")} and for chains that may be gone whole, give the other checkpoints of the logs.";
    }

    private static string State(ChainState chain) => chain.Rows == 0 ? "gone" : chain.IsRunning ? "running" : chain.HasEnd ? "ended" : "no end";

    private static string Time(ChainState chain, DateTimeOffset at) => chain.Rows == 0 ? "-" : Instants.Format(at);

    private static string Sentence(ChainFault fault) => fault switch
    {
        ChainFault.Changed => "it says something else than when it was written.",
        ChainFault.Missing => "it is missing, and later ones are there.",
        ChainFault.Reordered => "it stands elsewhere than when it was written.",
        ChainFault.Cut => "the chain ends before it, and the log has a checkpoint of it or of a later row.",
        _ => "the log has another hash of it: the chain was written anew.",
    };

    private static object Listed(IReadOnlyList<ChainState> chains) => new
    {
        Holds = chains.All(c => c.Broken is null),
        Rows = chains.Sum(c => c.Rows),
        Readings = chains.Sum(c => c.Readings),
        Chains = chains.Select(c => new
        {
            c.Chain,
            State = State(c),
            c.Rows,
            RowsAfterCheckpoint = c.Beyond,
            c.Readings,
            FirstAt = c.Rows == 0 ? null : Instants.Format(c.FirstAt),
            LastAt = c.Rows == 0 ? null : Instants.Format(c.LastAt),
            NotClosed = c.Unclosed.Select(u => new { u.Number, OpenedAt = Instants.Format(u.OpenedAt) }),
            Broken = c.Broken is { } b ? new { b.Number, WrittenAt = CommandContext.Text(b.WrittenAt), Fault = b.Fault.ToString().ToLowerInvariant() } : null,
        }),
    };
}
