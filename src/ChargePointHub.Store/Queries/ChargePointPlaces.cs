using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;

namespace ChargePointHub.Store.Queries;

/// <summary>
/// What records take from their charge point, in memory: whether it is withheld, and for sessions the joined fields as bytes.
/// A join in SQL costs a long stream more than the records themselves do.
/// </summary>
public sealed class ChargePointPlaces
{
    private readonly Dictionary<byte[], Place> places = new(new ByBytes());

    /// <summary>Neighbours share their place: there are far fewer of these than charge points.</summary>
    private readonly Dictionary<(bool, string?, string?, string?, string?), Place> distinct = [];

    private readonly Dictionary<byte[], Place>.AlternateLookup<ReadOnlySpan<byte>> byId;

    internal ChargePointPlaces() => byId = places.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <param name="Published">False: nothing that happened here is served.</param>
    /// <param name="Fields">From the comma to before <c>started_local</c>'s value.</param>
    internal sealed record Place(bool Published, byte[] Fields);

    /// <summary>Of a charge point that nobody knows.</summary>
    internal static readonly Place Unknown = new(true, FieldsOf(null, null, null, null));

    internal void Add(byte[] chargePointId, bool published, string? borough, string? ward, string? lsoa, string? powerBand)
    {
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(distinct, (published, borough, ward, lsoa, powerBand), out _);
        places[chargePointId] = place ??= new Place(published, FieldsOf(borough, ward, lsoa, powerBand));
    }

    internal Place Find(ReadOnlySpan<byte> chargePointId) => byId.TryGetValue(chargePointId, out var place) ? place : Unknown;

    internal static byte[] FieldsOf(string? borough, string? ward, string? lsoa, string? powerBand)
    {
        var fields = new ArrayBufferWriter<byte>(128);
        JoinedField.Write(fields, ",\"borough_gss\":"u8, borough);
        JoinedField.Write(fields, ",\"ward_gss\":"u8, ward);
        JoinedField.Write(fields, ",\"lsoa21\":"u8, lsoa);
        JoinedField.Write(fields, ",\"power_band\":"u8, powerBand);
        return fields.WrittenSpan.ToArray();
    }

    private sealed class ByBytes : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] bytes) => GetHashCode(bytes.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}

/// <summary>A field that is appended to a document.</summary>
internal static class JoinedField
{
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> name, string? value)
    {
        output.Write(name);
        if (value is null)
        {
            output.Write("null"u8);
            return;
        }

        output.Write("\""u8);
        Encoding.UTF8.GetBytes(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value), output);
        output.Write("\""u8);
    }
}
