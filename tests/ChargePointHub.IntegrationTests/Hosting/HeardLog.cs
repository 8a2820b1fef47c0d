using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChargePointHub.IntegrationTests.Hosting;

/// <summary>Waits for one class of the hub to say something that is at least so grave.</summary>
internal sealed class HeardLog(string speaker, LogLevel least) : ILoggerProvider, ILogger
{
    private readonly TaskCompletionSource heard = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Heard => heard.Task;

    public ILogger CreateLogger(string categoryName) => categoryName.EndsWith("." + speaker, StringComparison.Ordinal) ? this : NullLogger.Instance;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= least) heard.TrySetResult();
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}
