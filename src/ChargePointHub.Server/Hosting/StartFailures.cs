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
    public static IReadOnlyList<string>? Reasons(Exception failure) => failure switch
    {
        StartException start => start.Reasons,
        BoundaryException boundary => [boundary.Message],
        EmbeddedPostgresException postgres => [postgres.Message],
        MigrationException migration => [migration.Message],
        _ when DatabaseRefusal.Sentence(failure) is { } refusal => [refusal],
        IOException { InnerException: AddressInUseException or SocketException } port => [$"{port.Message} Another program has the port; name another one with --port."],
        IOException or UnauthorizedAccessException => [$"A file or folder cannot be used: {failure.Message}"],
        _ when DatabaseGone.Explains(failure) => [$"The database does not answer: {failure.Message}"],
        _ => null,
    };
}
