using System.Net;
using System.Security.Cryptography;
using ChargePointHub.Client;

namespace ChargePointHub.Mirror;

/// <summary>What a fault means to who runs the program.</summary>
internal static class Endings
{
    /// <summary>The cursor is none that the hub gave.</summary>
    private const string CursorOfOther = "CPH-1201";

    /// <summary>What passes by itself is the least.</summary>
    private static readonly ExitCode[] Worse = [ExitCode.Done, ExitCode.Unreachable, ExitCode.Refused, ExitCode.WrongUse];

    /// <summary>Null: a fault of the program, to be shown whole.</summary>
    public static ExitCode? CodeOf(Exception end, CancellationToken cancellationToken) => end switch
    {
        MirrorException told => told.Code,
        OperationCanceledException when cancellationToken.IsCancellationRequested => ExitCode.BrokenOff,
        HubProblemException { Problem: null } or HubProblemException { Status: 429 or >= 500 } or HttpRequestException or HttpIOException or OperationCanceledException => ExitCode.Unreachable,
        HubProblemException or HubAnswerException => ExitCode.Refused,
        IOException or UnauthorizedAccessException or CryptographicException or ArgumentException => ExitCode.WrongUse,
        _ => null,
    };

    /// <summary>Whether the next dataset is worth a try: not with a key that the hub does not know, nor after a fault of the program.</summary>
    public static bool IsOfOneDataset(Exception end, CancellationToken cancellationToken) =>
        end is not HubProblemException { Status: (int)HttpStatusCode.Unauthorized, Problem: not null } && CodeOf(end, cancellationToken) is not (null or ExitCode.BrokenOff);

    public static ExitCode WorstOf(IEnumerable<ExitCode> codes) => codes.MaxBy(c => Array.IndexOf(Worse, c));

    public static string MessageOf(Exception end) => end switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            $"What the hub shows is not trusted: {end.InnerException?.Message ?? end.Message} For a hub with a certificate authority of its own, name its file with --ca-file.",
        HubProblemException { Code: CursorOfOther } => $"{end.Message} The copy is of another hub, or of this one before its data was made anew: take a new FOLDER, or delete the copy and its .json.",
        _ => end.Message,
    };
}
