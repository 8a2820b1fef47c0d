using ChargePointHub.Server.Api.Answers;

namespace ChargePointHub.Tests.Api;

/// <summary>A stream's memory stays what it is, whatever is withheld from it.</summary>
public sealed class ChunkSizeTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(600)]
    [InlineData(5_000)]
    public void Chunks_grow_until_they_are_nearly_full_and_stay_so(int rowBytes)
    {
        var rows = ChunkSize.FirstRows;
        for (var chunk = 0; chunk < 20; chunk++) rows = ChunkSize.After(rows, rows, rows * rowBytes);

        Assert.InRange((long)rows * rowBytes, ChunkSize.Bytes / 4 * 3, ChunkSize.Bytes);
    }

    [Fact]
    public void A_chunk_of_rows_that_are_mostly_withheld_makes_the_next_no_larger()
    {
        var full = ChunkSize.After(1_500, 1_500, 1_500 * 600);

        Assert.Equal(full, ChunkSize.After(full, 3, 3 * 600));
        Assert.Equal(full, ChunkSize.After(full, 0, 0));
    }

    [Fact]
    public void A_chunk_is_at_most_twice_the_one_before_and_never_past_the_bound()
    {
        Assert.Equal(200, ChunkSize.After(100, 100, 100 * 10));
        Assert.Equal(200, ChunkSize.After(100, 1, 10));
        Assert.Equal(ChunkSize.MostRows, ChunkSize.After(15_000, 15_000, 15_000 * 10));
    }

    [Fact]
    public void Rows_that_grew_longer_make_the_next_chunk_smaller_but_never_tiny()
    {
        Assert.InRange(ChunkSize.After(1_500, 1_500, 1_500 * 3_000), 250, 350);
        Assert.Equal(ChunkSize.FirstRows, ChunkSize.After(1_500, 1_500, 1_500 * 100_000));
    }
}
