using ChargePointHub.Server.Api.Paging;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Changes;

/// <summary>Where a follower of changes stands.</summary>
/// <param name="Begun">Tick at which the copy was begun: of what ended until then it has nothing.</param>
/// <param name="Place">Everything up to here is in the copy. Within changes by key its tick is the one after which they are told.</param>
/// <param name="UpTo">Within changes by key the last tick that they tell; null: changes come by tick.</param>
/// <param name="Seen">A tick that everything was there by what the copy may hold: where it is not in a database's past, the copy holds what that never had.</param>
internal sealed record ChangeCursor(long Begun, ChangePlace Place, long? UpTo, long Seen)
{
    /// <param name="timeOf">When a tick of this database was; null: it has none of that number.</param>
    public static async Task<(ChangeCursor? Cursor, ErrorCode? Error)> ReadAsync(
        PageCursors cursors, string text, string question, string rights, Func<long, Task<DateTimeOffset?>> timeOf)
    {
        var (body, fault) = cursors.Unseal(text, question);
        if (body is null) return (null, fault!.Error);
        using (body)
        {
            var (of, mark) = (body.ReadBytes(8), body.ReadBytes(8));
            if (!of.AsSpan().SequenceEqual(cursors.MarkOf(rights))) return (null, ErrorCatalogue.RightsChanged);
            var (begun, upTo, seen) = (body.ReadInt64(), body.ReadInt64(), body.ReadInt64());
            var (tick, part, operatorId, id, at, word, version) = (body.ReadInt64(), body.ReadInt32(), body.ReadString(), body.ReadString(), body.ReadInt64(), body.ReadString(), body.ReadInt64());
            var place = new ChangePlace(tick, part, operatorId, id, at == 0 ? null : new DateTimeOffset(at, TimeSpan.Zero), word, version);
            if (seen > 0 && (await timeOf(seen) is not { } time || !mark.AsSpan().SequenceEqual(MarkOf(cursors, seen, time)))) return (null, ErrorCatalogue.SetBack);
            return (new ChangeCursor(begun, place, upTo < 0 ? null : upTo, seen), null);
        }
    }

    /// <param name="time">When <see cref="Seen"/> was: known again, and not told.</param>
    public string Write(PageCursors cursors, string question, string rights, DateTimeOffset time) => cursors.Seal(question, writer =>
    {
        writer.Write(cursors.MarkOf(rights));
        writer.Write(MarkOf(cursors, Seen, time));
        writer.Write(Begun);
        writer.Write(UpTo ?? -1);
        writer.Write(Seen);
        writer.Write(Place.Tick);
        writer.Write(Place.Part);
        writer.Write(Place.OperatorId);
        writer.Write(Place.Id);
        writer.Write(Place.At?.UtcTicks ?? 0);
        writer.Write(Place.Word);
        writer.Write(Place.Version);
    });

    private static byte[] MarkOf(PageCursors cursors, long tick, DateTimeOffset time) => cursors.MarkOf(FormattableString.Invariant($"{tick}|{time.UtcTicks}"));
}
