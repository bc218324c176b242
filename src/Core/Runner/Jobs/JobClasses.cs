using System.Reflection;

namespace Dashboard.Core.Runner.Jobs;

/// <summary>
/// The classes a configuration may name, and no others: they are put here by the program that was compiled with them. What a file names is looked up, never
/// loaded, so whoever writes the file can run no code but this.
/// </summary>
public sealed class JobClasses
{
    private readonly Dictionary<Type, JobClass> classes = [];

    /// <summary>All of them, in the order of their names.</summary>
    public IReadOnlyList<JobClass> All => [.. classes.Values.OrderBy(each => each.Name, StringComparer.Ordinal)];

    /// <summary>Those this program was compiled with: every class of it that has <see cref="CronJobAttribute"/>.</summary>
    public static JobClasses OfThisProgram() => new JobClasses().AddAssembly(typeof(JobClasses).Assembly);

    /// <summary>Adds a class with <see cref="CronJobAttribute"/>.</summary>
    public JobClasses Add<T>()
        where T : class => Add(typeof(T));

    /// <summary>Adds every class of an assembly that has <see cref="CronJobAttribute"/>, perhaps of one namespace only.</summary>
    public JobClasses AddAssembly(Assembly assembly, string? within = null)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        foreach (var type in assembly.GetTypes().Where(type => type.IsDefined(typeof(CronJobAttribute), inherit: false) && (within is null || type.Namespace == within)))
        {
            Add(type);
        }

        return this;
    }

    /// <summary>
    /// The classes a text of a configuration may mean, best meaning first taken: an <c>app_name</c>, a full name, or a class's own name, whatever the module
    /// before it, so that a file written for Python's classes can name ours. One is an answer, none or several are not.
    /// </summary>
    public IReadOnlyList<JobClass> Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var own = text[(text.LastIndexOf('.') + 1)..];
        Func<JobClass, bool>[] meanings = [job => job.Name == text, job => job.Type.FullName?.Replace('+', '.') == text, job => job.Type.Name == own];
        return meanings.Select(meaning => All.Where(meaning).ToArray()).FirstOrDefault(found => found.Length > 0) ?? [];
    }

    private JobClasses Add(Type type)
    {
        classes.TryAdd(type, JobClass.Of(type));
        return this;
    }
}
