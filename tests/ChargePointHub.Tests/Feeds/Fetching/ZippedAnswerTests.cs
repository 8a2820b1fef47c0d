using System.Buffers;
using System.IO.Compression;
using System.Text;
using ChargePointHub.Feeds.Fetching;
using Microsoft.AspNetCore.Http;
using static ChargePointHub.Tests.Feeds.Fetching.FeedAsking;

namespace ChargePointHub.Tests.Feeds.Fetching;

/// <summary>Answers that are zip archives: honest ones, damaged ones and bombs.</summary>
public sealed class ZippedAnswerTests(Certificates certificates) : IClassFixture<Certificates>
{
    private static readonly FetchRules Small = new() { LargestBody = 4_000_000, FreeSwelling = 1_000_000, MostSwelling = 200 };

    [Fact]
    public async Task The_file_that_is_named_is_read_whatever_the_content_type()
    {
        var accepted = "";
        await using var server = await OperatorServer.StartAsync(certificates.Good(), context =>
        {
            accepted = context.Request.Headers.Accept.ToString();
            context.Response.ContentType = "application/octet-stream";
            return context.Response.Body.WriteAsync(Zip(("other.json", "1"), ("a/b.json", "[1, 2]"))).AsTask();
        });
        using var factory = new FeedClientFactory(TimeProvider.System, Quick);
        using var client = factory.Create(server.Feed(certificates.CaFile));

        using var json = Assert.IsType<Fetched>(await client.FetchAsync(server.Url, NoHeaders, default, Named("a/b.json"))).Json;
        var missing = Failure(await client.FetchAsync(server.Url, NoHeaders, default, Named("A/b.json")), FailureKind.ProtocolError);

        Assert.Equal("[1, 2]", json.RootElement.GetRawText());
        Assert.EndsWith("with application/octet-stream, but the answer is a zip archive without A/b.json, which zip_entry names; it holds other.json, a/b.json.", missing.Detail, StringComparison.Ordinal);
        Assert.StartsWith("application/zip", accepted, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_cannot_be_read_is_told_with_the_content_type()
    {
        await using var server = await OperatorServer.StartAsync(certificates.Good(), context => context.Response.WriteAsync("a,b"));
        using var factory = new FeedClientFactory(TimeProvider.System, Quick);
        using var client = factory.Create(server.Feed(certificates.CaFile));
        var form = new FetchForm(null, AnswersLines: false) { Table = Refuse };

        Assert.EndsWith("with no content type, which cannot be read as a table. It is none.", Failure(await client.FetchAsync(server.Url, NoHeaders, default, form), FailureKind.ProtocolError).Detail, StringComparison.Ordinal);

        static System.Text.Json.JsonDocument? Refuse(ReadOnlySequence<byte> body, int largest, out FailureKind kind, out string fault)
        {
            (kind, fault) = (FailureKind.ProtocolError, "It is none.");
            return null;
        }
    }

    [Theory]
    [InlineData(4_000_001, false, "unpacks to more than")]
    [InlineData(1_500_000, true, "unpacks to more than")]
    [InlineData(4_000_000, false, "")]
    [InlineData(900_000, true, "")]
    public void A_bomb_ends_where_the_limits_of_an_answer_are(int size, bool isEven, string said)
    {
        // Even bytes pack a thousandfold, random ones not at all.
        var content = new byte[size];
        if (!isEven) new Random(7).NextBytes(content);

        Assert.Equal(said.Length == 0 ? size : null, Read(Zip(("x", content)), "x", out var kind, out var fault));
        Assert.Contains(said, fault, StringComparison.Ordinal);
        if (said.Length > 0) Assert.Equal(FailureKind.TooLarge, kind);
    }

    [Fact]
    public void An_archive_of_very_many_files_is_not_opened()
    {
        var archive = Zip([.. Enumerable.Range(0, 1001).Select(i => ($"{i}", "x"))]);

        Assert.Null(Read(archive, "7", out var kind, out var fault));
        Assert.Equal((FailureKind.TooLarge, "is a zip archive of more than 1,000 files"), (kind, fault));
    }

    [Fact]
    public void What_is_cut_damaged_locked_or_no_archive_is_named()
    {
        var good = Zip(("x", Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 500)))));
        var locked = (byte[])good.Clone();
        locked[6] |= 1;
        locked[good.AsSpan().IndexOf("PK\u0001\u0002"u8) + 8] |= 1;
        var lying = (byte[])good.Clone();
        lying[good.AsSpan().IndexOf("PK\u0001\u0002"u8) + 24]++;
        (byte[], FailureKind, string)[] wrong =
        [
            (good[..^40], FailureKind.Truncated, "in the middle of its zip archive"), (locked, FailureKind.ProtocolError, "behind a password"), (lying, FailureKind.Truncated, "instead of"),
            ("sites,1"u8.ToArray(), FailureKind.ProtocolError, "is no zip archive, as zip_entry has it"), ([], FailureKind.ProtocolError, "is no zip archive"),
        ];

        Assert.NotNull(Read(good, "x", out _, out _));
        foreach (var (archive, kind, said) in wrong)
        {
            Assert.Null(Read(archive, "x", out var found, out var fault));
            Assert.Contains(said, fault, StringComparison.Ordinal);
            Assert.Equal(kind, found);
        }
    }

    private static FetchForm Named(string name) => new(null, AnswersLines: false) { ZipEntry = name };

    private static long? Read(byte[] archive, string name, out FailureKind kind, out string fault) => ZippedAnswer.Of(new ReadOnlySequence<byte>(archive), name, Small, out kind, out fault)?.Length;

    private static byte[] Zip(params IReadOnlyList<(string Name, string Text)> files) => Zip([.. files.Select(f => (f.Name, Encoding.UTF8.GetBytes(f.Text)))]);

    private static byte[] Zip(params IReadOnlyList<(string Name, byte[] Content)> files)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }
}
