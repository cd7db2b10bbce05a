for (const form of document.querySelectorAll('[data-submit-at-once]')) form.submit();

for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const label = button.querySelector('[data-copy-label]');
    const before = label.textContent;
    label.textContent = 'Copied';
    setTimeout(() => {
      label.textContent = before;
    }, 2000);
  });
}

const counted = document.querySelector('[data-count-checked]');
if (counted) {
  const update = () => {
    counted.disabled = document.querySelectorAll('tbody input[type="checkbox"]:checked').length === 0;
  };
  update();
  document.addEventListener('change', update);
}
