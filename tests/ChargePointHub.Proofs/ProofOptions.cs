using System.Globalization;

namespace ChargePointHub.Proofs;

/// <summary>What was asked for on the command line.</summary>
internal sealed record ProofOptions
{
    public required string Proof { get; init; }

    /// <summary>False: small, in a minute, as the tests run it.</summary>
    public bool Full { get; init; }

    /// <summary>True: the claim is committed before its rows, and the proof is that this is seen.</summary>
    public bool ClaimBeforeRows { get; init; }

    /// <summary>True: pages are written whoever holds the lease, and the proof is that this is seen.</summary>
    public bool NoFencing { get; init; }

    /// <summary>True: now and then a page does not announce what it changed, and the proof is that this is seen.</summary>
    public bool LostAnnouncement { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>Where the hub keeps its data; emptied first, and removed when the proof held.</summary>
    public required string Data { get; init; }

    /// <summary>Where the figures go, as JSON.</summary>
    public required string Result { get; init; }

    public string Scale => Full ? "full" : "small";

    /// <summary>Null with the fault when the arguments are wrong.</summary>
    public static ProofOptions? Read(string[] args, out string fault)
    {
        fault = "";
        if (args is not [("kill" or "outage" or "hostile" or "hostile-input" or "instances" or "simulated" or "steady" or "audit" or "queries" or "figures" or "mirror") and var proof, .. var rest])
        {
            fault = "Name a proof.";
            return null;
        }

        var values = new Dictionary<string, string>();
        for (var i = 0; i < rest.Length; i += 2)
        {
            if (rest[i] is not ("--scale" or "--planted" or "--seed" or "--data" or "--result") || i + 1 == rest.Length) fault = $"{rest[i]} is not known, or its value is missing.";
            else values[rest[i]] = rest[i + 1];
        }

        var scale = values.GetValueOrDefault("--scale", "small");
        var planted = values.GetValueOrDefault("--planted");
        if (scale is not ("small" or "full")) fault = $"--scale {scale}: small or full.";
        var known = proof switch { "kill" => "claim-before-rows", "instances" => "no-fencing", "mirror" => "lost-announcement", _ => null };
        if (planted is not null && planted != known) fault = known is null ? $"--planted: {proof} has no bug to plant." : $"--planted {planted}: the only bug to plant in {proof} is {known}.";
        if (!int.TryParse(values.GetValueOrDefault("--seed", "1"), CultureInfo.InvariantCulture, out var seed)) fault = "--seed is a whole number.";
        if (fault.Length > 0) return null;

        // Not made with a private mode: the account that runs PostgreSQL for root must pass through it.
        var process = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return new ProofOptions
        {
            Proof = proof,
            Full = scale == "full",
            ClaimBeforeRows = planted == "claim-before-rows",
            NoFencing = planted == "no-fencing",
            LostAnnouncement = planted == "lost-announcement",
            Seed = seed,
            Data = Path.GetFullPath(values.GetValueOrDefault("--data") ?? Path.Combine(Path.GetTempPath(), $"chargepointhub-{proof}-{process}")),
            Result = Path.GetFullPath(values.GetValueOrDefault("--result") ?? Path.Combine("TestResults", "proofs", $"{proof}-{scale}{(planted is null ? "" : "-" + planted)}.json")),
        };
    }
}

/// <summary>The proof could not come to its end, and so did not hold; the message says where.</summary>
internal sealed class ProofFailedException(string message) : Exception(message);
