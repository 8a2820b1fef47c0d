using System.Net.Sockets;
using ChargePointHub.Server.Geography;
using ChargePointHub.Store;
using ChargePointHub.Store.Embedded;
using ChargePointHub.Store.Queries;
using Microsoft.AspNetCore.Connections;

namespace ChargePointHub.Server.Hosting;

/// <summary>Which failures of a start a person can mend, and the words for them. Anything else is a bug and keeps its stack.</summary>
public static class StartFailures
{
    /// <summary>Null: not one that a person can mend.</summary>
    public static StartException? Of(Exception failure) => failure switch
    {
        StartException start => start,
        BoundaryException boundary => new([boundary.Message]),
        EmbeddedPostgresException postgres => new([postgres.Message], ExitCode.Unreachable),
        MigrationException migration => new([migration.Message], ExitCode.Refused),
        _ when DatabaseRefusal.Sentence(failure) is { } refusal => new([refusal], ExitCode.Unreachable),
        IOException { InnerException: AddressInUseException or SocketException } port =>
            new([$"{port.Message} Another program has the port; name another one with --port."], ExitCode.Refused),
        IOException or UnauthorizedAccessException => new([$"A file or folder cannot be used: {failure.Message}"]),
        _ when DatabaseGone.Explains(failure) => new([DatabaseAway(failure)], ExitCode.Unreachable),
        _ => null,
    };

    private static string DatabaseAway(Exception failure) =>
        $"The database does not answer: {failure.Message}{(failure.InnerException is { } inner && !failure.Message.Contains(inner.Message, StringComparison.Ordinal) ? $" ({inner.Message})" : "")}. "
        + "Look at the host and port in --database (Hub:Database), and whether the server runs.";
}
