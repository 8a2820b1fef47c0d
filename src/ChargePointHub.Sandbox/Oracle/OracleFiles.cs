using System.Text.Encodings.Web;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Sandbox.Faults;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Sandbox.Oracle;

/// <summary>
/// Writes down each simulated operator's truth as NDJSON, one folder an operator, one file a dataset: every record as of the
/// start, of sessions with the versions before, then each later version within about a second. The last line of a key holds.
/// </summary>
public sealed class OracleFiles : IAsyncDisposable
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly List<OperatorFolder> folders;
    private readonly RequestFiles requests;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task following;

    private OracleFiles(List<OperatorFolder> folders, RequestFiles requests, TimeProvider time)
    {
        this.folders = folders;
        this.requests = requests;
        this.time = time;
        following = FollowAsync();
    }

    /// <summary>When this returns, all that is true now is written.</summary>
    /// <param name="faults">By operator_id; an operator whose clock is off writes its truth by its own clock.</param>
    public static OracleFiles Start(string folder, PretendLondon london, IReadOnlyDictionary<string, OperatorFaults> faults, TimeProvider time)
    {
        var folders = london.Operators.Select(o => new OperatorFolder(
            Path.Combine(folder, o.Operator.OperatorId), o, faults[o.Operator.OperatorId].Trait<ClockTrait>()?.Of(time) ?? time)).ToList();
        foreach (var each in folders) each.WriteUntilNow();
        var requests = new RequestFiles(folder, faults.ToDictionary(f => f.Key, f => f.Value.Log));
        requests.Write();
        return new OracleFiles(folders, requests, time);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await following;
        foreach (var each in folders)
        {
            each.WriteUntilNow();
            each.Dispose();
        }

        requests.Write();

        stopping.Dispose();
    }

    private async Task FollowAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                foreach (var each in folders) each.WriteUntilNow();
                requests.Write();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private sealed class OperatorFolder : IDisposable
    {
        private static readonly byte[] NewLine = [(byte)'\n'];

        private readonly OperatorTruth truth;
        private readonly TimeProvider time;
        private readonly RecordWriter writer;
        private readonly OcpiTruth? ocpi;
        private readonly FileStream sessions;
        private readonly FileStream changes;
        private readonly FileStream points;
        private readonly FileStream statuses;
        private readonly FileStream tariffs;
        private readonly FileStream? outages;
        private DateTimeOffset? writtenUntil;

        public OperatorFolder(string folder, OperatorTruth truth, TimeProvider time)
        {
            this.truth = truth;
            this.time = time;
            writer = new RecordWriter(truth.Operator, asHub: true);
            ocpi = truth.Operator.Style == OperatorStyle.OcpiAndLoti ? new OcpiTruth(truth) : null;
            Directory.CreateDirectory(folder);
            sessions = Open("charging_sessions");
            changes = Open("status_changes");
            points = Open("charge_points");
            statuses = Open("charge_point_status");
            tariffs = Open("tariffs");
            outages = truth.Operator.ReportsOutages ? Open("outages") : null;

            FileStream Open(string name) =>
                new(Path.Combine(folder, name + ".ndjson"), FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        }

        public void WriteUntilNow()
        {
            var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
            if (now <= writtenUntil) return;
            var at = now.ToUnixTimeMilliseconds();
            var since = writtenUntil?.ToUnixTimeMilliseconds() ?? long.MinValue;
            var news = new Window(writtenUntil?.AddMilliseconds(1) ?? truth.World.Epoch, now.AddMilliseconds(1));
            Append(sessions, truth.Sessions(WindowAxis.LastUpdated, news, now).SelectMany(v => v.History).Where(v => v.LastUpdated > since), writer.Session);
            var changed = truth.StatusChanges(news, now, byReported: true);
            Append(changes, changed, writer.StatusChange);
            if (outages is not null) Append(outages, truth.Outages(WindowAxis.LastUpdated, news, now).SelectMany(v => v.History).Where(v => v.LastUpdated > since), writer.Outage);
            Append<SimulatedStatusChange>(statuses, writtenUntil is null ? truth.Statuses(now) : changed, writer.ChargePointStatus);
            Append(points, truth.Operator.ChargePoints.Where(p => LastUpdated(p, now) > since), (json, point) =>
            {
                if (ocpi is not null) ocpi.ChargePoint(json, point, LastUpdated(point, now));
                else writer.ChargePoint(json, point, default, LastUpdated(point, now), at);
            });
            Append(tariffs, truth.Operator.Tariffs.Where(t => t.LastUpdatedAt(at) > since), (json, tariff) => writer.Tariff(json, tariff, at));
            writtenUntil = now;
        }

        public void Dispose()
        {
            foreach (var file in (FileStream?[])[sessions, changes, points, statuses, tariffs, outages]) file?.Dispose();
        }

        private long LastUpdated(SimulatedChargePoint point, DateTimeOffset now) => ocpi?.LastUpdated(point, now) ?? truth.LastUpdated(point, now);

        private static void Append<T>(FileStream file, IEnumerable<T> records, Action<Utf8JsonWriter, T> write)
        {
            using var buffer = new MemoryStream();
            using var json = new Utf8JsonWriter(buffer, Relaxed);
            foreach (var record in records)
            {
                write(json, record);
                json.Flush();
                json.Reset();
                buffer.Write(NewLine);
                if (buffer.Length > 1_000_000) Hand();
            }

            Hand();
            file.Flush();

            void Hand()
            {
                file.Write(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
                buffer.SetLength(0);
            }
        }
    }
}
