using Dashboard.Benchmarks;
using Dashboard.Benchmarks.Bare;

if (args is ["bare", .. var rest])
{
    await BareApp.RunAsync(rest);
    return 0;
}

if (args is ["demo", .. var told])
{
    return await Demo.RunAsync(told);
}

return await Benches.RunAsync(args);
