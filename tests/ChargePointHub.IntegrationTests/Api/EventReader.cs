using System.Net.Http.Headers;
using System.Text.Json;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>A stream of changes as its reader takes it: no line before it is asked for.</summary>
internal sealed class EventReader : IDisposable
{
    private readonly HttpResponseMessage response;
    private readonly StreamReader lines;

    private EventReader(HttpResponseMessage response, StreamReader lines) => (this.response, this.lines) = (response, lines);

    /// <summary>The cursor behind the last event that was taken whole.</summary>
    public string? LastId { get; private set; }

    /// <param name="last">Goes on after this event; null: from the beginning.</param>
    public static async Task<EventReader> OpenAsync(HttpClient http, string path, string? key, string? last, CancellationToken cancellationToken)
    {
        var response = await SendAsync(http, path, key, last, cancellationToken);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new EventReader(response, new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken)));
    }

    public static Task<HttpResponseMessage> SendAsync(HttpClient http, string path, string? key, string? last, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Accept = { new MediaTypeWithQualityHeaderValue("text/event-stream") } } };
        if (key is not null) request.Headers.Add("X-API-Key", key);
        if (last is not null) request.Headers.Add("Last-Event-ID", last);
        return http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>What the next change is of, by the first field of its key; "heartbeat": all is told; null: the stream has ended in order.</summary>
    /// <exception cref="IOException">It was cut.</exception>
    public async Task<string?> NextAsync(CancellationToken cancellationToken)
    {
        var (id, kind, data) = ("", "", "");
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            if (line.StartsWith("event: ", StringComparison.Ordinal)) kind = line[7..];
            if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
            if (line.Length > 0 || kind.Length == 0) continue;
            LastId = id;
            if (kind == "heartbeat") return kind;
            using var change = JsonDocument.Parse(data);
            return change.RootElement.GetProperty("key").EnumerateObject().First().Value.GetString();
        }

        return null;
    }

    /// <summary>Changes until all is told.</summary>
    public async Task<List<string>> UntilAllIsToldAsync(CancellationToken cancellationToken)
    {
        var told = new List<string>();
        while (await NextAsync(cancellationToken) is { } next and not "heartbeat") told.Add(next);
        return told;
    }

    public void Dispose()
    {
        lines.Dispose();
        response.Dispose();
    }
}
