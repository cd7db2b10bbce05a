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
    label.textContent = 'Copied';
    setTimeout(() => {
      label.textContent = 'Copy';
    }, 2000);
  });
}

// Times are relative, with the exact one as title. A button swaps them, for keyboards and touch screens: <button data-exact-times>.
const EXACT = 'exact-times';
const exactTimes = document.querySelector('[data-exact-times]');
function showTimes(exact) {
  exactTimes.setAttribute('aria-pressed', String(exact));
  for (const time of document.querySelectorAll('time[title]')) {
    if ((time.dataset.exact !== undefined) === exact) continue;
    [time.textContent, time.title] = [time.title, time.textContent];
    time.toggleAttribute('data-exact', exact);
  }
}
if (exactTimes && document.querySelector('time[title]')) {
  exactTimes.hidden = false;
  showTimes(localStorage.getItem(EXACT) === 'yes');
  exactTimes.addEventListener('click', () => {
    const exact = exactTimes.getAttribute('aria-pressed') === 'false';
    localStorage.setItem(EXACT, exact ? 'yes' : 'no');
    showTimes(exact);
  });
}

// A color can be picked, and the page shows it before it is saved: <div data-color="id of the field"> with <input type="color">.
for (const picking of document.querySelectorAll('[data-color]')) {
  const field = document.getElementById(picking.dataset.color);
  const picker = picking.querySelector('input');
  const preview = () => document.documentElement.style.setProperty('--accent', picker.value);
  picking.hidden = false;
  picker.value = field.value;
  picker.addEventListener('input', () => {
    field.value = picker.value;
    preview();
  });
  field.addEventListener('input', () => {
    if (!/^#[0-9a-f]{6}$/i.test(field.value)) return;
    picker.value = field.value;
    preview();
  });
}

// A picture that is too large to send is made smaller: <input type="file" data-shrink="media type, JPEG by default">.
const [PICTURE_BYTES, PICTURE_PIXELS] = [48 * 1024, 256];
for (const input of document.querySelectorAll('input[data-shrink]')) {
  input.addEventListener('change', async () => {
    const [picture] = input.files;
    if (!picture || picture.size <= PICTURE_BYTES) return;
    const bitmap = await createImageBitmap(picture).catch(() => undefined);
    if (!bitmap) return;
    const scale = Math.min(1, PICTURE_PIXELS / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [Math.round(bitmap.width * scale), Math.round(bitmap.height * scale)];
    canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    canvas.toBlob(
      (blob) => {
        const files = new DataTransfer();
        files.items.add(new File([blob], 'picture', { type: blob.type }));
        input.files = files.files;
      },
      input.dataset.shrink || 'image/jpeg',
      0.85,
    );
  });
}

// Asks for confirmation before leaving a form with unsaved changes: <form data-unsaved>.
for (const form of document.querySelectorAll('form[data-unsaved]')) {
  let changed = false;
  form.addEventListener('input', () => {
    changed = true;
  });
  form.addEventListener('submit', ({ submitter }) => {
    if (submitter?.formTarget !== '_blank') changed = false; // in a new tab, the form stays
  });
  window.addEventListener('beforeunload', (event) => {
    if (changed) event.preventDefault();
  });
}

// A form that takes a while says so at once, and is not sent twice: <form data-busy="text"> with a <… data-busy-note>.
for (const form of document.querySelectorAll('form[data-busy]')) {
  const note = form.querySelector('[data-busy-note]');
  const show = (isBusy) => {
    form.setAttribute('aria-busy', String(isBusy));
    note.textContent = isBusy ? form.dataset.busy : '';
    for (const button of form.querySelectorAll('button')) button.classList.toggle('disabled', isBusy);
  };
  form.addEventListener('submit', (event) => {
    if (form.getAttribute('aria-busy') === 'true') event.preventDefault();
    else show(true);
  });
  // Back brings the page back as it was left.
  window.addEventListener('pageshow', () => show(false));
}

// A switch that submits its form: <input type="checkbox" data-submit>. Without scripts, the form has a button.
for (const box of document.querySelectorAll('input[data-submit]')) {
  for (const button of box.form.querySelectorAll('[data-without-script]')) button.hidden = true;
  box.addEventListener('change', () => box.form.requestSubmit());
}

// A page rendered in response to a POST gets its own address, so that a reload does not submit the form again: <… data-address="/path">.
const addressed = document.querySelector('[data-address]');
if (addressed) history.replaceState(null, '', addressed.dataset.address);

// The box above a list selects all that it shows: <input type="checkbox" data-select-all>. <… data-selected> says how many.
for (const all of document.querySelectorAll('input[data-select-all]')) {
  const boxes = [...all.form.querySelectorAll('input[name="person"]')];
  const note = all.form.querySelector('[data-selected]');
  const [unselected] = [note.textContent];
  const update = () => {
    const count = boxes.filter((box) => box.checked).length;
    all.checked = count === boxes.length;
    all.indeterminate = count > 0 && !all.checked;
    note.textContent = count > 0 ? `With ${count} selected:` : unselected;
  };
  all.addEventListener('change', () => {
    for (const box of boxes) box.checked = all.checked;
  });
  all.form.addEventListener('change', update);
  window.addEventListener('pageshow', update); // Back brings the boxes back as they were left
}

// The secret of a link is its fragment, which browsers do not send: the address bar loses it to <… data-fragment-field> with its field.
const linked = document.querySelector('[data-fragment-field]');
function takeFragment() {
  if (!linked || location.hash.length < 2) return;
  linked.querySelector('input').value = location.hash.slice(1);
  linked.hidden = true;
  history.replaceState(null, '', location.pathname);
}
takeFragment();
window.addEventListener('hashchange', takeFragment);

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

// What was entered in a form stays in this tab until the next page. If the session has ended, the person logs in and finds it again. Anyone
// else who logs in here does not.
const KEPT = 'form';
// The Log-In screen has no menu: its form is not kept, and there the kept one has yet to be filled in.
const menu = document.querySelector('nav[aria-label="Main"]');
const person = menu?.dataset.person;
const forms = menu ? [...document.querySelectorAll('main form[method="post"]')] : [];
for (const form of forms) {
  form.addEventListener('submit', () => {
    const isText = ([name, value]) => typeof value === 'string' && form.elements[name]?.type !== 'password';
    const fields = [...new FormData(form)].filter(isText);
    sessionStorage.setItem(KEPT, JSON.stringify({ person, action: form.getAttribute('action'), fields }));
  });
}

function fillIn(form, fields) {
  const left = fields.map(([name, value]) => ({ name, value }));
  for (const element of form.elements) {
    if (!element.name || /^(hidden|password|file|submit)$/.test(element.type)) continue;
    const isBox = element.type === 'checkbox' || element.type === 'radio';
    const at = left.findIndex(({ name, value }) => name === element.name && (!isBox || value === element.value));
    if (isBox) element.checked = at >= 0;
    else if (at >= 0) element.value = left[at].value;
    if (at < 0) continue;
    left.splice(at, 1);
    if (element.value) element.closest('details')?.setAttribute('open', '');
  }
}

const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null');
if (kept && location.hash === '#kept') {
  const form = forms.find((one) => kept.person === person && one.getAttribute('action') === kept.action);
  if (form) {
    fillIn(form, kept.fields);
    const note = document.createElement('div');
    note.className = 'alert alert-info';
    note.setAttribute('role', 'status');
    note.textContent =
      'You were logged out before this was saved. Your entries are here again, except for passwords and files.';
    form.before(note);
  }
  history.replaceState(null, '', location.pathname + location.search);
}
if (menu) sessionStorage.removeItem(KEPT);
else if (location.hash) {
  // The fragment of the page that was asked for comes along to the Log-In screen.
  for (const link of document.querySelectorAll('a[href*="return="]')) link.href += encodeURIComponent(location.hash);
  for (const field of document.querySelectorAll('input[name="return"]')) field.value += location.hash;
}

// A button that prints the page: <button data-print>.
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}
