using System.Net;

namespace Dashboard.Core.Notifications;

/// <summary>
/// Whether a receiver may have a message that nobody knows it took. Every request that goes out may arrive; it is known not to have when no connection was made, or when the receiver itself answered that it did not take it.
/// No answer, half of one, or a gateway's that got none says nothing.
/// </summary>
/// <param name="before">Whether it may have arrived before the first request of this delivery.</param>
internal sealed class DeliveryDoubt(bool before)
{
    // An attempt that is over its time may end after the next began: so they are counted.
    private int open;

    /// <summary>Whether it may have arrived by now.</summary>
    public bool MayHaveArrived => before || Volatile.Read(ref open) > 0;

    /// <summary>Sends a request and keeps what its end says of that.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker client, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref open);
        try
        {
            var answer = await client.SendAsync(request, cancellationToken);
            if (!answer.IsSuccessStatusCode && answer.StatusCode is not (HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout))
            {
                Interlocked.Decrement(ref open);
            }

            return answer;
        }
        catch (Exception cause) when (NeverLeft(cause))
        {
            Interlocked.Decrement(ref open);
            throw;
        }
    }

    private static bool NeverLeft(Exception cause) => cause is GuardedAddressException or HttpRequestException
    {
        HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
    } or HttpRequestException { InnerException: GuardedAddressException };
}
