// Before anything is painted: the theme that was chosen here, else the system's.
(() => {
  'use strict';
  const chosen = (() => { try { return localStorage.getItem('theme'); } catch { return null; } })();
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = chosen === 'dark' || chosen === 'light' ? chosen : dark ? 'dark' : 'light';
})();
