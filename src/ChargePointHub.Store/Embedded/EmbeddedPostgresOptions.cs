namespace ChargePointHub.Store.Embedded;

/// <summary>What a hub without a connection string wants of the PostgreSQL that it starts itself.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>Everything of this server lives under it; made when absent. One hub at a time.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Folder with <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>; null: look in PATH and the usual places, and then have npm fetch them.</summary>
    public string? BinariesFolder { get; init; }

    /// <summary>Told of each step of a start that takes longer than a moment.</summary>
    public Action<StartStep>? Progress { get; init; }

    /// <summary>Longest wait for the server to accept connections, recovery after a crash included.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest wait for an orderly stop; after it the server is stopped without a checkpoint, which loses nothing.</summary>
    public TimeSpan StopLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Stands in for PATH and the usual places of PostgreSQL's programs.</summary>
    internal IReadOnlyList<string>? Places { get; init; }

    /// <summary>Stands in for PATH where npm is looked for.</summary>
    internal string? NpmPath { get; init; }

    /// <summary>Stands in for the usual cache.</summary>
    internal string? CacheFolder { get; init; }

    /// <summary>Stands in for the system's clock where a fetch pauses.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>The embedded server cannot run. The message says what to do about it and is meant for whoever started the hub.</summary>
public sealed class EmbeddedPostgresException(string message, Exception? inner = null) : Exception(message, inner);
