using System.Buffers;
using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Protocols.Csv;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Proofs;

/// <summary>One parser of the hub, what it reads when all is right, and how its input is spoilt.</summary>
/// <param name="Input">By seed and number.</param>
/// <param name="ReadAsync">Records accepted; null: the input was refused as a whole.</param>
internal sealed record InputParser(string Name, Func<int, long, byte[]> Input, Func<byte[], Task<int?>> ReadAsync)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    private static readonly Window Day = new(Now.AddDays(-1), Now);

    /// <param name="folder">For the operator files.</param>
    public static IReadOnlyList<InputParser> All(string folder) =>
    [
        Json("loti-v1 charge points", InputSamples.LotiPoints, Feed(folder, "loti-v1", Dataset.ChargePoints)),
        Json("loti-v1 sessions", InputSamples.LotiSessions, Feed(folder, "loti-v1", Dataset.ChargingSessions)),
        Json("loti-v1 status changes", InputSamples.LotiChanges, Feed(folder, "loti-v1", Dataset.StatusChanges)),
        Json("loti-v1 outages", InputSamples.LotiOutages, Feed(folder, "loti-v1", Dataset.Outages)),
        Json("loti-v1 tariffs", InputSamples.Tariffs, Feed(folder, "loti-v1", Dataset.Tariffs)),
        Json("ocpi locations", InputSamples.OcpiLocations, Feed(folder, "ocpi-2.2.1", Dataset.ChargePoints)),
        Json("ocpi tariffs", InputSamples.Tariffs, Feed(folder, "ocpi-2.2.1", Dataset.Tariffs)),
        Json("ocpi sessions", InputSamples.OcpiSessions, Feed(folder, "ocpi-2.2.1", Dataset.ChargingSessions)),
        Json("ocpi 2.3.0 locations", InputSamples.OcpiLocations, Feed(folder, "ocpi-2.3.0", Dataset.ChargePoints)),
        Json("ocpi 2.3.0 tariffs", InputSamples.Tariffs, Feed(folder, "ocpi-2.3.0", Dataset.Tariffs)),
        Json("ocpi 2.3.0 sessions", InputSamples.OcpiSessions, Feed(folder, "ocpi-2.3.0", Dataset.ChargingSessions)),
        Json("mapped-json charge points", InputSamples.Mapped, Feed(folder, "mapped-json", Dataset.ChargePoints, InputSamples.Mapping)),
        Json("mapped-json sessions", InputSamples.MappedSessions, Feed(folder, "mapped-json", Dataset.ChargingSessions, InputSamples.SessionMapping)),
        Answer("mapped-json table", Encoding.UTF8.GetBytes(InputSamples.TableAnswer), Feed(folder, "mapped-json", Dataset.Tariffs, InputSamples.TableMapping)),
        Answer("mapped-json archive", Archive(), Feed(folder, "mapped-json", Dataset.StatusChanges, InputSamples.ArchiveMapping)),
        File("csv-v1 text", Encoding.UTF8.GetBytes(InputSamples.CsvFile), Feed(folder, "csv-v1", Dataset.ChargingSessions, InputSamples.CsvMapping)),
        File("csv-v1 outages", Encoding.UTF8.GetBytes(InputSamples.OutageFile), Feed(folder, "csv-v1", Dataset.Outages, InputSamples.OutageMapping)),
        File("csv-v1 reported usage", Encoding.UTF8.GetBytes(InputSamples.UsageFile), Feed(folder, "csv-v1", Dataset.ReportedUsage, InputSamples.UsageMapping)),
        File("csv-v1 workbook", Workbook(), Feed(folder, "csv-v1", Dataset.ChargingSessions, InputSamples.CsvMapping)),
    ];

    private static InputParser Json(string name, string good, FeedDefinition feed) => new(
        name,
        (seed, number) => number == 0 ? Encoding.UTF8.GetBytes(good) : HostileInput.Json(good, seed, number),
        async input =>
        {
            try
            {
                using var readable = Parsed(input);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // The request's own reader refuses it before a protocol sees it.
                return null;
            }

            return await PulledAsync(feed, _ => new Fetched(Parsed(input), new Dictionary<string, string>(), 1));
        });

    /// <summary>An answer that is no JSON, read as its request asks for it.</summary>
    private static InputParser Answer(string name, byte[] good, FeedDefinition feed) => new(
        name,
        (seed, number) => number == 0 ? good : HostileInput.Bytes(good, seed, number),
        async input =>
        {
            var isRefused = false;
            var accepted = await PulledAsync(feed, Read);
            return isRefused ? null : accepted;

            FetchResult Read(FetchForm? form)
            {
                var (bytes, kind, fault) = (new ReadOnlySequence<byte>(input), default(FailureKind), "");
                ReadOnlySequence<byte>? file = form!.ZipEntry is { } entry ? ZippedAnswer.Of(bytes, entry, FetchRules.Default, out kind, out fault) : bytes;
                var json = file is { } found ? form.Table!(found, FetchRules.Default.LargestBody, out kind, out fault) : null;
                isRefused = json is null;
                return json is null ? new FetchFailed(new FeedFailure(kind, fault, ""), 1) : new Fetched(json, new Dictionary<string, string>(), 1);
            }
        });

    private static async Task<int> PulledAsync(FeedDefinition feed, Func<FetchForm?, FetchResult> answer)
    {
        var protocol = ProtocolCatalogue.Create(_ => AnswerAsync, _ => null, new StoppedClock()).Single(p => p.Name == feed.Protocol);
        var plan = feed.Datasets.Single();
        var accepted = 0;
        await foreach (var step in protocol.PullAsync(new PullRequest(feed, plan, plan.Dataset.IsSnapshot ? null : Day), CancellationToken.None))
        {
            if (step is PulledPage page) accepted += Accepted(page.Records);
        }

        return accepted;

        Task<FetchResult> AnswerAsync(Uri url, IReadOnlyDictionary<string, string> headers, CancellationToken cancellationToken, FetchForm? form = null) => Task.FromResult(answer(form));
    }

    private static InputParser File(string name, byte[] good, FeedDefinition feed) => new(
        name,
        (seed, number) => number == 0 ? good : HostileInput.Bytes(good, seed, number),
        input =>
        {
            using var content = new MemoryStream(input);
            int? accepted = null;
            foreach (var step in new SubmissionReader(feed, feed.Datasets.Single(), Day, Now).Read(content))
            {
                if (step is SubmittedPage page) accepted = (accepted ?? 0) + Accepted(page.Records);
            }

            return Task.FromResult(accepted);
        });

    /// <summary>As the request's own reader does.</summary>
    private static JsonDocument Parsed(byte[] input) => !Utf8.IsValid(input) ? throw new JsonException("not UTF-8") : JsonDocument.Parse(input, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 32 });

    /// <summary>Everything on the page is written out as the store would.</summary>
    private static int Accepted(RecordPage page)
    {
        foreach (var each in page.ChargePoints) Write(each.Record, each.Findings);
        foreach (var each in page.Tariffs) Write(each.Record, each.Findings);
        foreach (var each in page.StatusChanges) Write(each.Record, each.Findings);
        foreach (var each in page.ChargingSessions) Write(each.Record, each.Findings);
        foreach (var each in page.Outages) Write(each.Record, each.Findings);
        foreach (var each in page.ReportedUsage) Write(each.Record, each.Findings);
        foreach (var each in page.Refused)
        {
            HostileInputProof.CheckStorable(each.Document);
            Write(each.Findings, []);
        }

        return page.Count - page.Refused.Count;
    }

    private static void Write<T>(T record, IReadOnlyList<Finding> findings)
    {
        var buffer = new ArrayBufferWriter<byte>();
        HubJson.Write(buffer, record);
        HostileInputProof.CheckStorable(buffer.WrittenMemory);
        if (findings.Count > 0) Write(findings, []);
    }

    private static FeedDefinition Feed(string folder, string protocol, Dataset dataset, string? mapping = null)
    {
        var axis = dataset.IsSnapshot || dataset.IsHandedIn ? "" : dataset == Dataset.StatusChanges ? ", \"axis\": \"at\"" : dataset == Dataset.Outages ? ", \"axis\": \"started_at\"" : protocol.StartsWith("ocpi", StringComparison.Ordinal) ? ", \"axis\": \"last_updated\"" : ", \"axis\": \"plug_in_at\"";
        var ocpi = protocol.StartsWith("ocpi", StringComparison.Ordinal) ? ", \"ocpi\": {\"discovery\": false, \"paged\": false, \"tariffs_in_evses\": true}" : "";
        var address = protocol == "csv-v1" ? "" : ", \"base_url\": \"https://operator.example/api\"";
        var file = Path.Combine(folder, $"{protocol}-{dataset.Name}.json");
        System.IO.File.WriteAllText(file, $$"""
            {"operator_id": "example", "name": "Example", "party_ids": ["GB*EXA"], "feeds": [{"feed_id": "main", "protocol": "{{protocol}}"{{address}}, "zone": "Europe/London"{{ocpi}},
             "datasets": [{"dataset": "{{dataset.Name}}"{{axis}}{{(mapping is null ? "" : $", \"mapping\": {mapping}")}}}]}]}
            """);
        return new OperatorRegistry(ProtocolCatalogue.Names).Load(file) switch
        {
            LoadedRegistry loaded => loaded.Operators.Single().Feeds.Single(),
            RegistryRefused refused => throw new ProofFailedException(string.Join('\n', refused.Faults)),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Stored, not packed, so that a spoilt byte may spoil the table.</summary>
    private static byte[] Archive()
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var writer = new StreamWriter(zip.CreateEntry("changes.csv", CompressionLevel.NoCompression).Open());
            writer.Write(InputSamples.ArchiveFile);
        }

        return stream.ToArray();
    }

    /// <summary>The smallest XLSX with the same rows; stored, not packed, so that a spoilt byte spoils the table.</summary>
    private static byte[] Workbook()
    {
        var rows = string.Concat(InputSamples.CsvFile.TrimEnd().Split('\n').Select((line, r) =>
            $"<row r=\"{r + 1}\">{string.Concat(line.Replace("\"", "", StringComparison.Ordinal).Split(',').Select((cell, c) => $"<c r=\"{(char)('A' + c)}{r + 1}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>"))}</row>"));
        const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", Relations = "http://schemas.openxmlformats.org/package/2006/relationships", Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            void Add(string name, string text)
            {
                using var writer = new StreamWriter(zip.CreateEntry(name, CompressionLevel.NoCompression).Open());
                writer.Write(text);
            }

            Add("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>");
            Add("_rels/.rels", $"<Relationships xmlns=\"{Relations}\"><Relationship Id=\"r1\" Type=\"{Office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
            Add("xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Office}\"><sheets><sheet name=\"Data\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>");
            Add("xl/_rels/workbook.xml.rels", $"<Relationships xmlns=\"{Relations}\"><Relationship Id=\"r1\" Type=\"{Office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>");
            Add("xl/worksheets/sheet1.xml", $"<worksheet xmlns=\"{Main}\"><sheetData>{rows}</sheetData></worksheet>");
        }

        return stream.ToArray();
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
