// Copy buttons: <button data-copy="id of the field">.
for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const field = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(field.value ?? field.textContent).catch(() => {
      field.select?.();
      document.execCommand('copy');
    });
    const label = button.querySelector('[data-label]') ?? button;
    const before = label.textContent;
    label.textContent = 'Copied';
    setTimeout(() => {
      label.textContent = before;
    }, 2000);
  });
}

// Asks for confirmation before leaving a form with unsaved changes: <form data-unsaved>.
for (const form of document.querySelectorAll('form[data-unsaved]')) {
  let changed = false;
  form.addEventListener('input', () => {
    changed = true;
  });
  form.addEventListener('submit', () => {
    changed = false;
  });
  window.addEventListener('beforeunload', (event) => {
    if (changed) event.preventDefault();
  });
}

// A switch that submits its form: <input type="checkbox" data-submit>. Without scripts, the form has a button.
for (const box of document.querySelectorAll('input[data-submit]')) {
  for (const button of box.form.querySelectorAll('[data-without-script]')) button.hidden = true;
  box.addEventListener('change', () => box.form.requestSubmit());
}

// A page rendered in response to a POST gets its own address, so that a reload does not submit the form again: <… data-address="/path">.
const addressed = document.querySelector('[data-address]');
if (addressed) history.replaceState(null, '', addressed.dataset.address);

// A running job: the page reloads until the job is done. Without scripts, a meta tag does this. <… data-refresh>
async function refresh(shown) {
  const response = await fetch(location.href).catch(() => undefined);
  const page = response?.ok ? new DOMParser().parseFromString(await response.text(), 'text/html') : undefined;
  const next = page?.querySelector('[data-refresh]');
  if (page && !next) return location.reload();
  if (next) shown.replaceChildren(...next.childNodes);
  setTimeout(refresh, 1000, shown);
}
const running = document.querySelector('[data-refresh]');
if (running) setTimeout(refresh, 1000, running);

// If a form has errors, the first invalid field gets the focus.
document.querySelector('[aria-invalid="true"]')?.focus();
