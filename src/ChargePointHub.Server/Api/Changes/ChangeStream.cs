using System.Buffers;
using System.Text;
using ChargePointHub.Server.Api.Answers;

namespace ChargePointHub.Server.Api.Changes;

/// <summary>
/// Changes as server-sent events: what there is, then what comes, each with the cursor behind it as its id, so that who was cut off goes on with Last-Event-ID.
/// </summary>
internal static class ChangeStream
{
    /// <summary>Between two looks at the clock: one row of the database, whatever happened.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    /// <summary>Between two signs of life; each brings the newest cursor.</summary>
    private static readonly TimeSpan BetweenHeartbeats = TimeSpan.FromSeconds(15);

    /// <summary>After which it ends, so that what was read is on record to its end; its reader comes back by itself.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>Until it has told as many as were asked for, the reader goes, its rights end, the hub stops, or what follows would fit no copy made until then: who comes back is told which.</summary>
    /// <param name="stopping">The hub was asked to stop.</param>
    public static async Task SendAsync(HubRequest request, ChangeReading reading, ChangeWalk walk, CancellationToken stopping)
    {
        using var body = new AnswerBody(request);
        var began = request.Hub.Time.GetTimestamp();
        await body.SendAsync("retry: 3000\n\n"u8.ToArray(), request.Aborted);
        var left = request.Parameters["limit"] is null ? int.MaxValue : request.Parameters.Limit;
        long? beaten = null;
        while (!stopping.IsCancellationRequested && request.Hub.Time.GetElapsedTime(began) < Longest)
        {
            if (!walk.IsAtEnd)
            {
                var told = await SendNextAsync(request, walk, body, left);
                if (left < int.MaxValue) left -= told;
            }

            if (left == 0) break;
            if (!walk.IsAtEnd) continue;
            if (beaten is not { } last || request.Hub.Time.GetElapsedTime(last) >= BetweenHeartbeats)
            {
                Encoding.UTF8.GetBytes($"id: {walk.Cursor}\nevent: heartbeat\ndata: {{}}\n\n", body);
                await body.SendHeldAsync(request.Aborted);
                beaten = request.Hub.Time.GetTimestamp();
            }

            if (!await FollowAsync(request, reading, walk, stopping)) break;
        }

        await body.EndAsync(request.Aborted);
    }

    /// <returns>How many were told; at most <paramref name="limit"/>.</returns>
    private static async Task<int> SendNextAsync(HubRequest request, ChangeWalk walk, AnswerBody body, int limit)
    {
        await walk.ReadAsync(limit);
        foreach (var (json, place) in walk.Items)
        {
            Encoding.UTF8.GetBytes($"id: {walk.CursorBehind(place)}\nevent: change\ndata: ", body);
            body.Write(walk.Json(json).Span);
            body.Write("\n\n"u8);
        }

        if (walk.Items.Count > 0) await body.SendHeldAsync(request.Aborted);
        return walk.Items.Count;
    }

    /// <summary>Waits, and looks whether there is more; false: what follows would fit no copy.</summary>
    private static async Task<bool> FollowAsync(HubRequest request, ChangeReading reading, ChangeWalk walk, CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, stopping);
        await Task.Delay(BetweenLooks, request.Hub.Time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        request.Aborted.ThrowIfCancellationRequested();
        var now = await ChangeReading.ClockAsync(request, reading.Precision);
        var told = walk.At.Place.Tick;
        if (now.Tick == told) return true;
        if (now.Tick < told || await ChangeReading.HasUnnamedEndsAsync(request, reading.Datasets, walk.At, now)) return false;
        walk.Follow(now);
        return true;
    }
}
