namespace ChargePointHub.Server.Api.Answers;

/// <summary>How many rows a chunk of a stream asks for.</summary>
public static class ChunkSize
{
    /// <summary>What a chunk should fill: two of them are all that a stream holds.</summary>
    public const int Bytes = 1024 * 1024;

    /// <summary>Memory that a chunk begins with: a short answer takes no more.</summary>
    public const int FirstBytes = 64 * 1024;

    /// <summary>Rows of the first chunk: few, so that the first byte comes soon.</summary>
    public const int FirstRows = 100;

    /// <summary>However short they are.</summary>
    public const int MostRows = 20_000;

    /// <summary>
    /// As many as leave an eighth of a chunk free, if they are like those before and none is withheld: memory that grows is copied,
    /// and kept. At most twice as many as before: what is known of the rows may be known of few.
    /// </summary>
    /// <param name="asked">Rows that the chunk before asked for.</param>
    /// <param name="written">Those of them that were not withheld.</param>
    /// <param name="bytes">What these filled.</param>
    public static int After(int asked, long written, int bytes) =>
        written == 0 ? asked : (int)Math.Clamp(Bytes / 8L * 7 * written / bytes, FirstRows, Math.Min(2L * asked, MostRows));
}
