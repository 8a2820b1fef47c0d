using System.Globalization;

namespace ChargePointHub.Mirror;

/// <summary>What people are told: results on one side, everything else on the other, progress only where somebody looks.</summary>
internal sealed class MirrorReport(TextWriter output, TextWriter error, bool isErrorRedirected)
{
    private const int BetweenSigns = 50_000;

    private readonly HashSet<string> said = [];
    private bool isInLine;

    public void Result(string line)
    {
        EndLine();
        output.WriteLine(line);
    }

    public void Say(string line)
    {
        EndLine();
        error.WriteLine(line);
    }

    /// <summary>What is so in every round is said in the first.</summary>
    /// <param name="what">By which it is known again, where the words differ.</param>
    public void SayOnce(string what, string line)
    {
        if (said.Add(what)) Say(line);
    }

    /// <summary>To be called with each row that is written.</summary>
    public Action<long> RowsOf(string dataset) => rows =>
    {
        if (isErrorRedirected || rows % BetweenSigns != 0) return;
        error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{dataset}: {rows} rows"));
        isInLine = true;
    };

    private void EndLine()
    {
        if (isInLine) error.Write("\r\u001b[K");
        isInLine = false;
    }
}
