namespace Subnet.Tests.Health.Web;

/// <summary>What tests ask a page in the browser.</summary>
internal static class PageScripts
{
    /// <summary>Text that stands out too little from its ground (WCAG 2.2, 1.4.3: at least 4.5:1 for text, 3:1 where it is large).</summary>
    public const string Faint =
        """
        (() => {
          const parse = text => (text.match(/[\d.]+/g) ?? []).map(Number);
          const shine = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
          const ground = element => {
            for (let e = element; e; e = e.parentElement) {
              const c = parse(getComputedStyle(e).backgroundColor);
              if (c.length === 3 || c[3] === 1) return c;
            }
            return [255, 255, 255];
          };
          const faint = [];
          for (const element of document.querySelectorAll('body *')) {
            if (![...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || element.closest('svg, .hidden, .skip, option') || element.getClientRects().length === 0) continue;
            const style = getComputedStyle(element);
            const [a, b] = [shine(parse(style.color)), shine(ground(element))].sort((x, y) => y - x);
            const size = parseFloat(style.fontSize);
            const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
            if ((a + 0.05) / (b + 0.05) < needed) faint.push(`${element.tagName} ${element.className} "${element.textContent.trim().slice(0, 30)}" ${((a + 0.05) / (b + 0.05)).toFixed(2)}`);
          }
          return faint;
        })()
        """;

    /// <summary>What can be used and has no name for a screen reader.</summary>
    public const string Nameless =
        """
        [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, [tabindex="0"], summary, svg:not([aria-hidden]), img')]
          .filter(e => !(e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.labels?.length || e.textContent.trim() || e.alt || e.title))
          .map(e => e.outerHTML)
        """;

    /// <summary>How many stops the Tab key makes: what is visible, can be used, and is not left out.</summary>
    public const string Stops =
        """
        [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]')]
          .filter(e => e.tabIndex >= 0 && !e.disabled && (e.checkVisibility?.() ?? true) && (e.closest('details:not([open])') === null || e.matches('details:not([open]) > summary:first-of-type')))
          .length
        """;

    /// <summary>What has the focus, and whether one sees that it has.</summary>
    public const string Here =
        """
        (() => {
          const e = document.activeElement;
          if (!e || e === document.body) return ['none', ''];
          const all = [...document.querySelectorAll('*')];
          const style = getComputedStyle(e);
          const inner = e.querySelector('rect, circle');
          const isSeen = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || (inner && parseFloat(getComputedStyle(inner).strokeWidth) >= 2) || e.classList.contains('skip');
          return [`${all.indexOf(e)} ${e.tagName} ${(e.getAttribute('aria-label') ?? e.textContent).trim().slice(0, 30)}`, isSeen ? 'seen' : 'unseen'];
        })()
        """;
}
