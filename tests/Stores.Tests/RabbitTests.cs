using Dashboard.Core.Retries;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Rabbit;
using Dashboard.Kit.Stores;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Dashboard.Stores.Tests;

/// <summary>The queue of crash ids with a real RabbitMQ, also while it is short of memory or hangs. One after the other, for they share it.</summary>
public sealed class RabbitTests(RealStores real)
{
    private static int queues;
    private readonly CrashId id = CrashId.New(Sample.Day);

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_crash_is_queued_handed_out_once_and_gone_when_it_was_answered_for()
    {
        var options = await OptionsAsync();
        await using (var store = Patient(options))
        {
            await store.SaveRawCrashAsync(Sample.Raw, Dumps.None, id, Now);
            await store.SaveRawCrashAsync(RawCrash.Parse("{}"), Dumps.None, CrashId.New(Sample.Day), Now);
            await store.SaveRawCrashAsync(RawCrash.Parse("""{"legacy_processing": 1}"""), Dumps.None, CrashId.New(Sample.Day), Now);

            var handed = Assert.Single(await store.NewCrashesAsync(Now).ToListAsync(Now));
            Assert.Equal(id, handed.Id);
            Assert.Empty(await store.NewCrashesAsync(Now).ToListAsync(Now));
            await store.AckCrashAsync(handed, Now);
        }

        await using var later = Patient(options);
        Assert.Empty(await later.NewCrashesAsync(Now).ToListAsync(Now));
    }

    [Fact]
    public async Task A_crash_whose_processor_died_is_handed_out_again()
    {
        var options = await OptionsAsync();
        await using (var store = Patient(options))
        {
            await store.SaveRawCrashAsync(Sample.Raw, Dumps.None, id, Now);
            Assert.Single(await store.NewCrashesAsync(Now).ToListAsync(Now));
        }

        await using var later = Patient(options);
        Assert.Equal(id, Assert.Single(await later.NewCrashesAsync(Now).ToListAsync(Now)).Id);
    }

    [Fact]
    public async Task Somebodys_wish_comes_before_what_came_in_and_the_same_crash_is_not_dealt_with_twice_at_once()
    {
        var options = await OptionsAsync();
        await using var normal = Patient(options);
        await using var priority = Patient(options with { RoutingKey = options.PriorityQueue });
        var wished = CrashId.New(Sample.Day);
        await normal.SaveRawCrashAsync(Sample.Raw, Dumps.None, id, Now);
        await normal.SaveRawCrashAsync(Sample.Raw, Dumps.None, id, Now);
        await priority.SaveRawCrashAsync(Sample.Raw, Dumps.None, wished, Now);

        Assert.Equal([wished, id], await normal.NewCrashesAsync(Now).Select(crash => crash.Id).ToListAsync(Now));
    }

    [Fact]
    public async Task Crashes_are_queued_by_the_throttle()
    {
        var options = await OptionsAsync() with { Throttle = 50 };
        var draws = new Queue<double>([0.2, 0.7, 0.49]);
        await using var store = new RabbitStore("storage2", options, StoreContext.Silent, Sample.Patient, draws.Dequeue);
        for (var crash = 0; crash < 3; crash++)
        {
            await store.SaveRawCrashAsync(Sample.Raw, Dumps.None, CrashId.New(Sample.Day), Now);
        }

        Assert.Equal(2, await store.NewCrashesAsync(Now).CountAsync(Now));
    }

    [Fact]
    public async Task A_server_short_of_memory_lets_everybody_in_and_confirms_nothing()
    {
        var options = await OptionsAsync();
        var rabbit = await real.RabbitAsync();
        await using var impatient = new RabbitStore("storage2", options, StoreContext.Silent, Sample.Impatient);
        await using var patient = Patient(options);
        await patient.ProbeAsync(Now);

        await rabbit.ControlAsync("set_vm_memory_high_watermark", "0.00001");
        try
        {
            var factory = new ConnectionFactory { HostName = options.Host, Port = options.Port };
            await using (var connection = await factory.CreateConnectionAsync(Now))
            {
                await using var channel = await connection.CreateChannelAsync(cancellationToken: Now);
                await channel.QueueDeclareAsync(options.NormalQueue, durable: true, exclusive: false, autoDelete: false, cancellationToken: Now);
            }

            await Assert.ThrowsAsync<AttemptDeadlineException>(async () => await impatient.ProbeAsync(Now));
        }
        finally
        {
            await rabbit.ControlAsync("set_vm_memory_high_watermark", "0.4");
        }

        await patient.ProbeAsync(Now);
    }

    [Fact]
    public async Task A_save_waits_for_a_server_that_hangs_and_gets_through_when_it_goes_on()
    {
        var options = await OptionsAsync();
        var rabbit = await real.RabbitAsync();
        var told = new Told();
        await using var store = new RabbitStore("storage2", options, Sample.Telling(told), Sample.ImpatientForEver);
        Task save;

        await rabbit.SignalAsync("server", "STOP");
        try
        {
            save = store.SaveRawCrashAsync(Sample.Raw, Dumps.None, id, Now).AsTask();
            await told.Failed.WaitAsync(Now);
        }
        finally
        {
            await rabbit.SignalAsync("server", "CONT");
        }

        await save;
        Assert.Equal(RetryOutcome.OkAfterRetry, told.All[^1].Outcome);
        Assert.Contains(id, await store.NewCrashesAsync(Now).Select(crash => crash.Id).ToListAsync(Now));
    }

    [Fact]
    public async Task A_wrong_password_is_raised_at_once_also_by_who_would_wait_for_ever()
    {
        await using var store = Patient(await OptionsAsync() with { Password = "another" });

        await Assert.ThrowsAsync<BrokerUnreachableException>(async () => await store.ProbeAsync(Now));
    }

    private static RabbitStore Patient(RabbitOptions options) => new("storage2", options, StoreContext.Silent, Sample.Patient);

    private async Task<RabbitOptions> OptionsAsync()
    {
        var server = await real.RabbitAsync();
        var number = Interlocked.Increment(ref queues);
        return new()
        {
            Host = "127.0.0.1", Port = server.Port, NormalQueue = $"normal.{number}", PriorityQueue = $"priority.{number}", ReprocessingQueue = $"reprocessing.{number}", RoutingKey = $"normal.{number}",
        };
    }
}
