using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TransferLens.Studies.Inputs;

namespace TransferLens.Live;

/// <summary>
/// Serves the live page of one run over HTTP. It never writes to the folder of the run or to its store.
/// </summary>
public sealed class LiveServer : IAsyncDisposable
{
    private const int MaximumConnections = 128;

    private readonly WebApplication application;

    private LiveServer(WebApplication application, Uri address) => (this.application, Address) = (application, address);

    /// <summary>The address of the page.</summary>
    public Uri Address { get; }

    /// <summary>Starts a server, which runs until it is disposed.</summary>
    /// <param name="run">The run.</param>
    /// <param name="address">
    /// The address to listen on: a loopback address unless other machines may see the page.
    /// </param>
    /// <param name="port">The port, or 0 for a free one.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="InputException">The server cannot listen on the address and port.</exception>
    public static async Task<LiveServer> StartAsync(
        LiveRun run,
        IPAddress address,
        int port,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(run);

        // An empty builder reads no configuration from environment or files and logs nothing.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxConcurrentConnections = MaximumConnections;
                kestrel.Limits.MaxRequestBodySize = 0;
                kestrel.Listen(address, port);
            });
        var application = builder.Build();
        var endpoints = new LiveEndpoints(new(run, time), time, application.Lifetime.ApplicationStopping);
        application.Run(endpoints.AnswerAsync);
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw new InputException(
                $"Cannot listen on port {port} of {address}; another program may be using it. Choose another port.",
                failure
            );
        }

        var bound = application
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        return new(application, new(bound));
    }

    /// <summary>Closes open connections and stops the server.</summary>
    public async ValueTask DisposeAsync()
    {
        await application.StopAsync().ConfigureAwait(false);
        await application.DisposeAsync().ConfigureAwait(false);
    }

    // The program handles signals, not the server.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
