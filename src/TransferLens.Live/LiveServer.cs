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

/// <summary>The live page of one run, over HTTP. It only reads: neither the run's folder nor its store is written.</summary>
public sealed class LiveServer : IAsyncDisposable
{
    private const int MostConnections = 128;

    private readonly WebApplication application;

    private LiveServer(WebApplication application, Uri address) => (this.application, Address) = (application, address);

    /// <summary>Where the page is.</summary>
    public Uri Address { get; }

    /// <summary>Starts the server; it runs until it is disposed of.</summary>
    /// <param name="run">The run.</param>
    /// <param name="address">The address to listen at; a loopback address, unless other machines are to see the page.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="time">What the time is.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="InputException">The address or the port cannot be had.</exception>
    public static async Task<LiveServer> StartAsync(
        LiveRun run,
        IPAddress address,
        int port,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(run);

        // Empty: no configuration from environment or files, no log.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxConcurrentConnections = MostConnections;
                kestrel.Limits.MaxRequestBodySize = 0;
                kestrel.Listen(address, port);
            });
        var application = builder.Build();
        var answers = new LiveAnswers(new(run, time), application.Lifetime.ApplicationStopping);
        application.Run(answers.AnswerAsync);
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw new InputException(
                $"The port {port} of {address} cannot be had, perhaps because another program has it; choose another with --port.",
                failure
            );
        }

        var bound = application
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        return new(application, new(bound));
    }

    /// <summary>Ends open connections and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await application.StopAsync().ConfigureAwait(false);
        await application.DisposeAsync().ConfigureAwait(false);
    }

    // Signals are the command's business.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
