using System.Globalization;

namespace ChargePointHub.Mirror;

/// <summary>What is known of a copy; it lies beside the copy and is of it alone.</summary>
/// <param name="Cursor">Where the copy stands.</param>
/// <param name="AsOf">When the hub had last learnt something that is in the copy.</param>
/// <param name="IsCut">Times are told to the quarter of an hour, hour or day: the hub cannot be asked as of <paramref name="AsOf"/>.</param>
/// <param name="Rows">Records in the copy.</param>
/// <param name="Length">Bytes of the copy.</param>
/// <param name="Sha256">Of the copy, in hexadecimal digits.</param>
internal sealed record CopyState(string Cursor, DateTimeOffset AsOf, bool IsCut, long Rows, long Length, string Sha256)
{
    /// <summary>An instant as the hub writes it.</summary>
    public static string TextOf(DateTimeOffset instant) => instant.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
