using ChargePointHub.Server.Commands;

namespace ChargePointHub.Tests.Commands;

/// <summary>A table of results on terminals of any width.</summary>
public sealed class TableTests
{
    private static readonly string[][] Rows =
    [
        ["OPERATOR", "DATASET", "STATE", "LAST SUCCESS", "COVERED", "OPEN GAPS", "LOST", "NEXT DUE", "HISTORY ASKED"],
        ["lamplight", "charging_sessions", "ok", "20 s ago", "98.2 %", "12 (3 h)", "none", "in 40 s", "2 min ago"],
        ["old-mill", "tariffs", "failing", "never", "-", "none", "none", "now", "never"],
    ];

    [Theory]
    [InlineData(80, 2)]
    [InlineData(60, 2)]
    [InlineData(120, 1)]
    [InlineData(null, 1)]
    [InlineData(10, 9)]
    public async Task Rows_go_on_in_lines_below_where_the_terminal_is_too_narrow_and_lose_no_cell(int? width, int linesEach)
    {
        var output = new StringWriter();
        await new CommandContext(output, TextWriter.Null, width).WriteTableAsync(Rows);
        var lines = output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(Rows.Length * linesEach, lines.Length);
        if (width >= 60) Assert.All(lines, l => Assert.InRange(l.Length, 1, width.Value));
        for (var row = 0; row < Rows.Length; row++)
        {
            var told = string.Join(' ', lines.Skip(row * linesEach).Take(linesEach).SelectMany(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
            Assert.Equal(string.Join(' ', Rows[row]), told);
        }

        var second = lines[linesEach].IndexOf("charging_sessions", StringComparison.Ordinal);
        if (second >= 0) Assert.Equal(second, lines[0].IndexOf("DATASET", StringComparison.Ordinal));
    }
}
