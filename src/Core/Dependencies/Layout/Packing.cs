namespace Dashboard.Core.Dependencies.Layout;

/// <summary>Parts on shelves, the highest first, and single boxes in a block below.</summary>
internal sealed class Packing(LayoutMeasures measures, double widest)
{
    private readonly double width = Math.Max(widest, measures.UsualWidth);
    private double shelf;
    private double shelfHeight;
    private double used;
    private int singles;

    /// <summary>Of everything.</summary>
    public double Width { get; private set; }

    /// <summary>Of everything.</summary>
    public double Height { get; private set; }

    /// <summary>The place of a part.</summary>
    public (double X, double Y) Add(double partWidth, double partHeight)
    {
        if (used > 0 && used + partWidth > width)
        {
            EndShelf();
        }

        var place = (used, shelf);
        Grow(used + partWidth, shelf + partHeight);
        used += partWidth + measures.PartGap;
        shelfHeight = Math.Max(shelfHeight, partHeight);
        return place;
    }

    /// <summary>What follows stands below.</summary>
    public void EndShelf()
    {
        shelf += shelfHeight > 0 ? shelfHeight + measures.PartGap : 0;
        (used, shelfHeight) = (0, 0);
    }

    /// <summary>The place of the next single box.</summary>
    public (double X, double Y) AddSingle()
    {
        var gap = measures.RowGap;
        var inARow = Math.Max(1, (int)((Math.Max(Width, width) + gap) / (measures.BoxWidth + gap)));
        var place = (X: singles % inARow * (measures.BoxWidth + gap), Y: shelf + (singles / inARow * (measures.BoxHeight + gap)));
        singles++;
        Grow(place.X + measures.BoxWidth, place.Y + measures.BoxHeight);
        return place;
    }

    private void Grow(double right, double bottom) => (Width, Height) = (Math.Max(Width, right), Math.Max(Height, bottom));
}
