using Dashboard.Benchmarks;
using Dashboard.Benchmarks.Bare;

if (args is ["bare", .. var rest])
{
    await BareApp.RunAsync(rest);
    return 0;
}

return await Benches.RunAsync(args);
