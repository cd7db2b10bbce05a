// Passkeys: <form data-passkey="create" or "get" data-options="path"> with <input type="hidden" name="passkey"> and <… data-passkey-error>.
// The form is hidden until the browser is known to have passkeys.
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

// Browsers from before 2025 have no methods for JSON.
function parsed(kind, json) {
  const method = kind === 'create' ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON';
  if (PublicKeyCredential[method]) return PublicKeyCredential[method](json);
  const known = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
  const options = { ...json, challenge: bytes(json.challenge) };
  if (json.user) options.user = { ...json.user, id: bytes(json.user.id) };
  if (json.excludeCredentials) options.excludeCredentials = known(json.excludeCredentials);
  if (json.allowCredentials) options.allowCredentials = known(json.allowCredentials);
  return options;
}

function asJson(credential) {
  if (credential.toJSON) return credential.toJSON();
  const { id, type, rawId, response, authenticatorAttachment } = credential;
  const parts = {};
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'])
    if (response[name]) parts[name] = text(response[name]);
  if (response.getTransports) parts.transports = response.getTransports();
  return { id, type, rawId: text(rawId), response: parts, authenticatorAttachment, clientExtensionResults: {} };
}

const messages = {
  NotAllowedError:
    'No passkey was used: it was cancelled, took too long, or there is none for this site here. Try again.',
  InvalidStateError: 'This device has a passkey for you already.',
};

async function ask(form) {
  const response = await fetch(form.dataset.options, { method: 'POST', headers: { accept: 'application/json' } });
  const json = await response.json();
  if (!response.ok) throw new Error(json.error);
  const kind = form.dataset.passkey;
  const credential = await navigator.credentials[kind]({ publicKey: parsed(kind, json) });
  form.elements.passkey.value = JSON.stringify(asJson(credential));
  form.submit();
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!window.PublicKeyCredential) {
    for (const note of document.querySelectorAll('[data-without-passkeys]')) note.hidden = false;
    continue;
  }
  form.hidden = false;
  const note = form.querySelector('[data-passkey-error]');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    note.textContent = '';
    ask(form).catch((error) => {
      note.textContent =
        messages[error.name] ??
        (error.name === 'Error' && error.message) ??
        'The passkey cannot be used here. Try again.';
    });
  });
}
