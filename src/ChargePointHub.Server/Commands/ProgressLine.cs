namespace ChargePointHub.Server.Commands;

/// <summary>One line on stderr that changes while a person waits; nothing where stderr is no terminal.</summary>
public sealed class ProgressLine(TextWriter error)
{
    private int shown;

    /// <summary>A person looks on.</summary>
    public bool IsOn { get; } = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;

    /// <summary>Replaces what stands there.</summary>
    public void Show(string text)
    {
        if (!IsOn) return;
        error.Write($"\r{text.PadRight(shown)}");
        shown = text.Length;
    }

    /// <summary>Takes the line away, before something that is to stay is written.</summary>
    public void Clear()
    {
        if (shown > 0) error.Write($"\r{new string(' ', shown)}\r");
        shown = 0;
    }

    /// <summary>How far something has come and how long it will take at the rate so far.</summary>
    /// <param name="share">0 to 1.</param>
    /// <param name="doneSinceStart">The part of <paramref name="share"/> done in <paramref name="took"/>.</param>
    public static string Line(string what, double share, double doneSinceStart, TimeSpan took)
    {
        var left = doneSinceStart > 0.001 && share < 1 ? $", about {took * ((1 - share) / doneSinceStart):h\\:mm\\:ss} left" : "";
        var rate = doneSinceStart > 0.001 && took > TimeSpan.Zero ? $", {doneSinceStart * 100 / took.TotalMinutes:0.#} % a minute" : "";
        return $"{what}: {Math.Floor(share * 1000) / 10:0.0} %{rate}{left}";
    }
}
