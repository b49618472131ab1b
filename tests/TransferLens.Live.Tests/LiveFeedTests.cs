namespace TransferLens.Live.Tests;

public sealed class LiveFeedTests : IDisposable
{
    private readonly WatchedRun run = new();

    [Fact]
    public void A_run_is_read_again_only_after_the_interval()
    {
        run.Begin();
        var feed = run.CreateFeed();
        var first = feed.Current();
        run.Time.Advance(LiveFeed.Interval - TimeSpan.FromMilliseconds(1));
        Assert.Same(first, feed.Current());
        run.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.NotSame(first, feed.Current());
    }

    [Fact]
    public void A_folder_without_a_plan_is_no_problem()
    {
        var snapshot = run.CreateFeed().Current();
        Assert.Null(snapshot.Plan);
        Assert.Empty(snapshot.Problem);
    }

    [Fact]
    public void Messages_contain_the_plan_once_and_then_only_changes()
    {
        run.Begin();
        var messages = new LiveMessages(run.CreateFeed());
        Assert.Equal(["plan", "run", "tasks"], messages.Next().Select(message => message.Name));
        Assert.Empty(messages.Next());
        run.Time.Advance(LiveFeed.Interval);
        Assert.Empty(messages.Next());
        run.Done(WatchedRun.Images);
        run.Time.Advance(LiveFeed.Interval);
        Assert.Equal(["run", "tasks"], messages.Next().Select(message => message.Name));
    }

    public void Dispose() => run.Dispose();
}
