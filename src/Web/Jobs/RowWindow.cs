namespace Dashboard.Web.Jobs;

/// <summary>The rows of a long list that are drawn.</summary>
/// <param name="First">The first, from 0.</param>
/// <param name="Count">How many.</param>
/// <param name="RowHeight">Of one row, in CSS pixels.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct RowWindow(int First, int Count, double RowHeight)
{
    /// <summary>A list this short is drawn whole.</summary>
    public const int Small = 100;

    /// <summary>After the last row drawn.</summary>
    public int End => First + Count;

    /// <summary>What is drawn of a list of some length.</summary>
    public RowWindow Of(int length)
    {
        if (length <= Small)
        {
            return this with { First = 0, Count = length };
        }

        var count = Math.Clamp(Count, 1, length);
        return this with { First = Math.Clamp(First, 0, length - count), Count = count };
    }
}
