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

// Leaving a form with changes that were not saved asks first: <form data-unsaved>.
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

// A switch that saves itself: <input type="checkbox" data-submit>. Without script its form has a button.
for (const box of document.querySelectorAll('input[data-submit]')) {
  for (const button of box.form.querySelectorAll('[data-without-script]')) button.hidden = true;
  box.addEventListener('change', () => box.form.requestSubmit());
}

// A page that answers a form and is not to be sent again by reloading: <… data-address="/its/own/address">.
const addressed = document.querySelector('[data-address]');
if (addressed) history.replaceState(null, '', addressed.dataset.address);

// Work that goes on: its page is read anew until it is over. Without script the page does that itself. <… data-again>
async function readAgain(shown) {
  const answer = await fetch(location.href).catch(() => undefined);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), 'text/html') : undefined;
  const next = page?.querySelector('[data-again]');
  if (page && !next) return location.reload();
  if (next) shown.replaceChildren(...next.childNodes);
  setTimeout(readAgain, 1000, shown);
}
const goesOn = document.querySelector('[data-again]');
if (goesOn) setTimeout(readAgain, 1000, goesOn);

// After a form came back with errors, the first faulty field has the focus.
document.querySelector('[aria-invalid="true"]')?.focus();
