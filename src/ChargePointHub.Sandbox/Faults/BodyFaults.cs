using System.IO.Compression;
using System.Text;

namespace ChargePointHub.Sandbox.Faults;

/// <summary>Sends its answers one byte at a time.</summary>
public sealed class DripFault(TimeSpan each) : OperatorFault
{
    public override async Task AnswerAsync(FaultyRequest request, Func<Task> api)
    {
        var body = await HeldAnswer.TakeAsync(request.Context, api);
        request.Outcome = "drip";
        for (var i = 0; i < body.Length; i++)
        {
            await request.Context.Response.Body.WriteAsync(body.AsMemory(i, 1), request.Ended);
            await request.Context.Response.Body.FlushAsync(request.Ended);
            if (!await request.WaitAsync(each)) return;
        }
    }
}

/// <summary>Cuts its answers in the middle.</summary>
/// <param name="how">length, chunked or quiet.</param>
public sealed class TruncateFault(string how, double percent) : OperatorFault
{
    private const long Stream = 2;

    public override async Task AnswerAsync(FaultyRequest request, Func<Task> api)
    {
        if (!request.Falls(percent, Stream))
        {
            await api();
            return;
        }

        var response = request.Context.Response;
        var body = await HeldAnswer.TakeAsync(request.Context, api);
        request.Outcome = "truncate";
        if (how == "length") response.ContentLength = body.Length;
        await response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), request.Ended);
        await response.Body.FlushAsync(request.Ended);

        // With a length the server ends the connection itself; without, only an exception keeps it from sending the last chunk.
        if (how == "chunked") throw new IOException("The answer ends here.");
    }
}

/// <summary>A small compressed answer that is a gigabyte when it is read.</summary>
public sealed class BombFault(string encoding) : OperatorFault
{
    /// <summary>Bytes when decompressed.</summary>
    private const long Size = 1L << 30;

    public override async Task AnswerAsync(FaultyRequest request, Func<Task> api)
    {
        request.Outcome = "bomb";
        var response = request.Context.Response;
        response.ContentType = "application/json";
        response.Headers.ContentEncoding = encoding;
        await using Stream packed = encoding switch
        {
            "br" => new BrotliStream(response.Body, CompressionLevel.Optimal, leaveOpen: true),
            "deflate" => new ZLibStream(response.Body, CompressionLevel.Optimal, leaveOpen: true),
            _ => new GZipStream(response.Body, CompressionLevel.Optimal, leaveOpen: true),
        };
        var blanks = new byte[1 << 20];
        Array.Fill(blanks, (byte)' ');
        await packed.WriteAsync("{\"data\":["u8.ToArray(), request.Ended);
        for (var sent = 0L; sent < Size; sent += blanks.Length) await packed.WriteAsync(blanks, request.Ended);
    }
}

/// <summary>Records without end.</summary>
public sealed class EndlessFault : OperatorFault
{
    public override async Task AnswerAsync(FaultyRequest request, Func<Task> api)
    {
        request.Outcome = "endless";
        request.Context.Response.ContentType = "application/json";
        var rows = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"charge_point_id\":\"again\"},\n", 2000)));
        await request.Context.Response.Body.WriteAsync("{\"data\":["u8.ToArray(), request.Ended);
        while (!request.Ended.IsCancellationRequested) await request.Context.Response.Body.WriteAsync(rows, request.Ended);
    }
}

/// <summary>A page for people, with status 200.</summary>
public sealed class HtmlFault(double percent) : OperatorFault
{
    private const long Stream = 3;

    public override Task AnswerAsync(FaultyRequest request, Func<Task> api)
    {
        if (!request.Falls(percent, Stream)) return api();
        request.Outcome = "html-200";
        request.Context.Response.ContentType = "text/html; charset=utf-8";
        return request.Context.Response.WriteAsync("<!DOCTYPE html><html><body><h1>We will be back soon</h1></body></html>", request.Ended);
    }
}

/// <summary>Status 200 with a body of <see cref="HostileBodies"/>.</summary>
/// <param name="which">Its name, or all: in turn.</param>
public sealed class HostileJsonFault(string which) : OperatorFault
{
    public override Task AnswerAsync(FaultyRequest request, Func<Task> api)
    {
        var name = which == "all" ? HostileBodies.All.Keys.ElementAt((request.Number - 1) % HostileBodies.All.Count) : which;
        request.Outcome = name;
        request.Context.Response.ContentType = name == "wrong-content-type" ? "image/png" : "application/json";
        return request.Context.Response.Body.WriteAsync(HostileBodies.All[name], request.Ended).AsTask();
    }
}
