using Bunit;
using Dashboard.Core.Feeds;
using Dashboard.Web.Components;
using Dashboard.Web.Tests.Layout;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Dashboard.Web.Tests.Components;

/// <summary>What is drawn when snapshots come, and in how many messages to the browser.</summary>
public sealed class LiveTests : PageTest
{
    private readonly Feed<string> names = new("one");
    private readonly Feed<string> places = new("here");

    [Fact]
    public void What_one_change_touches_is_drawn_in_one_batch()
    {
        List<string> seen = [];
        var page = Render(builder =>
        {
            for (var place = 0; place < 4; place++)
            {
                builder.OpenComponent<Live<string>>(0);
                builder.AddComponentParameter(1, nameof(Live<>.Feed), place < 3 ? names : places);
                builder.AddComponentParameter(2, nameof(Live<>.ChildContent), (RenderFragment<string>)(text => inner =>
                {
                    inner.OpenComponent<Word>(0);
                    inner.AddComponentParameter(1, nameof(Word.Text), text);
                    inner.AddComponentParameter(2, nameof(Word.Seen), seen);
                    inner.CloseComponent();
                }));
                builder.CloseComponent();
            }
        });
        Assert.Equal("one one one here ", page.Markup);
        seen.Clear();

        names.Publish("two");
        page.WaitForAssertion(() => Assert.Equal("two two two here ", page.Markup));
        page.WaitForAssertion(() => Assert.Equal(6, seen.Count));

        // What is in the browser follows only after all of the batch was drawn.
        Assert.Equal(["draws two", "draws two", "draws two", "is there", "is there", "is there"], seen);
    }

    [Fact]
    public void What_left_the_page_is_drawn_no_more()
    {
        var shown = true;
        var drawn = 0;
        var page = Render<Toggle>(parameters => parameters.Add(toggle => toggle.Shown, () => shown).Add(toggle => toggle.Feed, names).Add(toggle => toggle.Drawn, () => drawn++));
        shown = false;
        page.Render();
        var before = drawn;

        names.Publish("two");
        page.Render();

        Assert.Equal(before, drawn);
        Assert.Equal("", page.Markup);
    }

    private sealed class Toggle : ComponentBase
    {
        [Parameter]
        public required Func<bool> Shown { get; set; }

        [Parameter]
        public required Feed<string> Feed { get; set; }

        [Parameter]
        public required Action Drawn { get; set; }

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            if (Shown())
            {
                builder.OpenComponent<Live<string>>(0);
                builder.AddComponentParameter(1, nameof(Live<>.Feed), Feed);
                builder.AddComponentParameter(2, nameof(Live<>.ChildContent), (RenderFragment<string>)(text => inner =>
                {
                    Drawn();
                    inner.AddContent(0, text);
                }));
                builder.CloseComponent();
            }
        }
    }

    private sealed class Word : ComponentBase
    {
        [Parameter]
        public required string Text { get; set; }

        [Parameter]
        public required List<string> Seen { get; set; }

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            Seen.Add($"draws {Text}");
            builder.AddContent(0, Text + " ");
        }

        protected override void OnAfterRender(bool firstRender) => Seen.Add("is there");
    }
}
