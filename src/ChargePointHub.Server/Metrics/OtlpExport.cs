using ChargePointHub.Feeds.Fetching;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace ChargePointHub.Server.Metrics;

/// <summary>Sends the hub's metrics to a collector by OTLP, where one is configured.</summary>
internal sealed class OtlpExport : IDisposable
{
    private readonly MeterProvider provider;

    /// <param name="endpoint">gRPC where the path is empty, else HTTP with protobuf to just that address.</param>
    public OtlpExport(Uri endpoint) => provider = Sdk.CreateMeterProviderBuilder()
        .AddMeter(HubMeter.Name, FetchMeter.Name, "Npgsql", "System.Runtime")
        // What is observed is not added up: without their names the pools would overwrite one another. All of the hub's have one.
        .AddView(instrument => instrument.Meter.Name == "Npgsql" ? new MetricStreamConfiguration { TagKeys = ["db.client.connection.state", "db.client.connection.pool.name"] } : null)
        .AddOtlpExporter(options =>
        {
            options.Endpoint = endpoint;
            options.Protocol = endpoint.AbsolutePath == "/" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        })
        .Build();

    public void Dispose() => provider.Dispose();
}
