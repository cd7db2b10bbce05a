// Sets dark mode before the first paint, following the system.
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.setAttribute('data-bs-theme', dark.matches ? 'dark' : 'light');
dark.addEventListener('change', follow);
follow();
