using System.Text;

namespace ChargePointHub.Sandbox.Faults;

/// <summary>Whole bodies that are no JSON, or JSON of a kind that breaks careless readers; by name, each once.</summary>
public static class HostileBodies
{
    public static readonly IReadOnlyDictionary<string, ReadOnlyMemory<byte>> All = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal)
    {
        ["bom-utf16"] = Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(Rows(""))).ToArray(),
        ["cp1252"] = Encoding.Latin1.GetBytes(Rows("""{"charge_point_id":"caf\u00e9 \u0080"}""".Replace("\\u00e9", "\u00e9", StringComparison.Ordinal))),
        ["deep"] = Utf8($"{{\"data\":{new string('[', 100_000)}{new string(']', 100_000)}}}"),
        ["duplicate-names"] = Utf8("""{"data":[],"data":[{"charge_point_id":"A"}],"next_cursor":null}"""),
        ["empty"] = ReadOnlyMemory<byte>.Empty,
        ["huge-number"] = Utf8(Rows($$"""{"charge_point_id":"A","latitude":{{new string('9', 100_000)}}}""")),
        ["infinite-number"] = Utf8(Rows("""{"charge_point_id":"A","latitude":1e400,"longitude":-1e400}""")),
        ["invalid-utf8"] = Utf8(Rows("{\"charge_point_id\":\"A~B\"}")).ToArray().Select(b => b == (byte)'~' ? (byte)0xFF : b).ToArray(),
        ["lone-surrogate"] = Utf8(Rows("""{"charge_point_id":"\ud800","address":"\udfff"}""")),
        ["lone-surrogate-name"] = Utf8(Rows("""{"\ud800":"A"}""")),
        ["nan"] = Utf8(Rows("""{"charge_point_id":"A","latitude":NaN}""")),
        ["nul"] = Utf8(Rows("{\"charge_point_id\":\"A\\u0000B\"}")),
        ["number"] = Utf8("12"),
        ["rows-of-nothing"] = Utf8(Rows("""null,1,"text",[],{}""")),
        ["trailing"] = Utf8(Rows("") + " and so on"),
        ["two-documents"] = Utf8(Rows("") + Rows("")),
        ["wrong-content-type"] = Utf8(Rows("")),
        ["wrong-shape"] = Utf8("""{"data":{"charge_point_id":"A"},"next_cursor":7}"""),
    };

    private static string Rows(string rows) => $$"""{"data":[{{rows}}],"next_cursor":null,"total":{{(rows.Length == 0 ? 0 : 1)}},"status_code":1000}""";

    private static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
