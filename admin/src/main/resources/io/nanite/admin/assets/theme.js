// Runs before the first paint: which colours somebody chose, and that there is a script at all.
(() => {
  const root = document.documentElement;
  root.classList.add('js');
  try {
    const chosen = localStorage.getItem('nanite-theme');
    if (chosen === 'light' || chosen === 'dark') root.dataset.theme = chosen;
  } catch {
    // no storage: the system's own
  }
})();
