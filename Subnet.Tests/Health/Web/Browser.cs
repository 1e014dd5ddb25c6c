using System.Collections.Concurrent;
using Microsoft.Playwright;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Web;

/// <summary>Debian's Chromium through Playwright: one browser for all fixtures of this folder, started when the first page is opened.</summary>
[SetUpFixture]
internal sealed class Browser
{
    /// <summary>How long anything of a page is waited for.</summary>
    public static readonly float Milliseconds = (float)Patience.Long.TotalMilliseconds;

    private static readonly SemaphoreSlim Gate = new(1, 1);
    private static IPlaywright? _playwright;
    private static IBrowser? _browser;

    /// <summary>Where screenshots go: they are artefacts of a run and not compared.</summary>
    public static string Screenshots { get; } = Path.Combine(RepositoryFolder.Find(), "artifacts", "screenshots");

    /// <summary>A page of its own context; ignores the running test, with the reason, where there is no Chromium.</summary>
    public static async Task<Visit> OpenAsync(Uri site, ColorScheme scheme = ColorScheme.Light, int width = 1280, int height = 860)
    {
        string executable = Find() ?? throw new IgnoreException("Chromium is absent from PATH: apt-get install chromium");
        await Gate.WaitAsync();
        try
        {
            Assertions.SetDefaultExpectTimeout(Milliseconds);
            _playwright ??= await Playwright.CreateAsync();
            _browser ??= await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = executable, Args = ["--no-sandbox", "--disable-gpu"], Timeout = Milliseconds });
        }
        finally
        {
            Gate.Release();
        }

        IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = site.ToString(),
            ColorScheme = scheme,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            AcceptDownloads = true,
        });
        return new Visit(context, await context.NewPageAsync(), site);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }

        _playwright?.Dispose();
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(static folder => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);
}

/// <summary>A page under watch: what it says on the console and whom it asks. Disposing it fails the test on any error or foreign request.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _faults = [];

    public Visit(IBrowserContext context, IPage page, Uri site)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _faults.Enqueue($"console: {message.Text}");
            }
        };
        page.PageError += (_, error) => _faults.Enqueue($"script: {error}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(site.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
            {
                _faults.Enqueue($"asked {request.Url}");
            }
        };
        page.SetDefaultTimeout(Browser.Milliseconds);
    }

    public IPage Page { get; }

    /// <summary>Whether faults are expected and forgotten, as where a page that is not there is asked for on purpose.</summary>
    public bool ForgiveFaults { get; set; }

    /// <summary>Keeps a picture of the page: the whole of it, or what fits on the screen.</summary>
    public async Task KeepAsync(string name, bool isWhole = true)
    {
        Directory.CreateDirectory(Browser.Screenshots);
        await Page.EvaluateAsync("scrollTo(0, 0)");
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Browser.Screenshots, name + ".png"), FullPage = isWhole });
    }

    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync();
        if (!ForgiveFaults)
        {
            Assert.That(_faults, Is.Empty);
        }
    }
}
