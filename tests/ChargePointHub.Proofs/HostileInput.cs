using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ChargePointHub.Proofs;

/// <summary>Spoils what is right: the n-th spoiling of a text is the same for the same seed.</summary>
internal static class HostileInput
{
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1e400", "-1e-400", "0.1", "51.5", "7400", "123456789012345678901234567890123456789", "0.00000000000000000000000000000001", "9223372036854775807", "-9223372036854775808",
        "253402300799", "253402300800000", "79228162514264337593543950335", "\"\"", "\" \"", "\"n/a\"", "\"null\"", "\"1\"", "\"1,5\"", "\"-\"", "\"\\ud800\"", "\"\\udc00x\"", "\"a\\u0000b\"", "\"\\uffff\"", "\"\\u202e\"",
        "\"2026-11-20T08:00:00Z\"", "\"2026-11-20\"", "\"2026-10-25T01:30:00\"", "\"2026-03-29T01:30:00\"", "\"0000-00-00\"", "\"0001-01-01T00:00:00+14:00\"", "\"9999-12-31T23:59:59-14:00\"", "\"2026-02-30T25:61:61Z\"",
        "[]", "{}", "[null]", "[[1]]", "[{}]", "{\"\\ud800\":1}", "{\"a\":{\"b\":[]}}", "[[[[[[[[[[]]]]]]]]]]", "\"GB*EXA*E1\"", "\"AVAILABLE\"", "\"available\"", "\"CHARGING\"", "\"MISSING\"", "\"GBP\"", "\"€\"",
    ];

    private static readonly string[] Names = ["id", "uid", "status", "last_updated", "charge_point_id", "session_id", "data", "evses", "connectors", "coordinates", "email", "driver_name", "", "\u0000", "~1/", "next_cursor", "total"];

    /// <summary>Structure first, then now and then single bytes.</summary>
    public static byte[] Json(string good, int seed, long number)
    {
        var random = Of(seed, number);
        var root = JsonNode.Parse(good)!;
        var raw = new List<string>();
        for (var i = random.Next(1, 5); i > 0; i--) Spoil(root, random, raw);
        var text = root.ToJsonString();
        for (var i = 0; i < raw.Count; i++) text = text.Replace($"\"@@{i}@@\"", raw[i], StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(text);
        return random.Next(10) == 0 ? Bytes(bytes, random) : bytes;
    }

    public static byte[] Bytes(byte[] good, int seed, long number) => Bytes(good, Of(seed, number));

    private static Random Of(int seed, long number) => new(unchecked((int)((seed * 1_000_003L) ^ (number * 7_919))));

    private static byte[] Bytes(byte[] good, Random random)
    {
        var bytes = new List<byte>(good);
        for (var i = random.Next(1, 9); i > 0 && bytes.Count > 0; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.Insert(at, (byte)random.Next(256)); break;
                case 2: bytes.RemoveAt(at); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, random.Next(1, 200)))); break;
                case 4: bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 100))); break;
                default: bytes[at] = (byte)(bytes[at] ^ (1 << random.Next(8))); break;
            }
        }

        return [.. bytes];
    }

    private static void Spoil(JsonNode root, Random random, List<string> raw)
    {
        var holders = Holders(root).ToList();
        switch (holders[random.Next(holders.Count)])
        {
            case JsonObject { Count: > 0 } o:
                var name = o.ElementAt(random.Next(o.Count)).Key;
                if (random.Next(5) == 0) o.Remove(name);
                else if (random.Next(6) == 0) o[Names[random.Next(Names.Length)]] = o[name]?.DeepClone();
                else o[name] = Hostile(random, raw);
                break;
            case JsonObject o:
                o[Names[random.Next(Names.Length)]] = Hostile(random, raw);
                break;
            case JsonArray { Count: > 0 } a when random.Next(2) == 0:
                for (var i = random.Next(1, 4); i > 0; i--) a.Add(a[random.Next(a.Count)]?.DeepClone());
                break;
            case JsonArray { Count: > 0 } a:
                a[random.Next(a.Count)] = Hostile(random, raw);
                break;
            case JsonArray a:
                a.Add(Hostile(random, raw));
                break;
        }
    }

    private static JsonValue Hostile(Random random, List<string> raw)
    {
        raw.Add(random.Next(8) switch
        {
            0 => random.NextInt64().ToString(CultureInfo.InvariantCulture),
            1 => $"\"{new string((char)random.Next('0', 'z'), random.Next(1, 3000)).Replace("\\", "/", StringComparison.Ordinal)}\"",
            2 => $"\"{new DateTime(random.NextInt64(DateTime.MaxValue.Ticks)):yyyy-MM-dd'T'HH:mm:ss.fffffff}{(random.Next(2) == 0 ? "Z" : "+01:00")}\"",
            _ => Values[random.Next(Values.Length)],
        });
        return JsonValue.Create($"@@{raw.Count - 1}@@");
    }

    private static IEnumerable<JsonNode> Holders(JsonNode? node) => node switch
    {
        JsonObject o => [o, .. o.SelectMany(p => Holders(p.Value))],
        JsonArray a => [a, .. a.SelectMany(Holders)],
        _ => [],
    };
}
