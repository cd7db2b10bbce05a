/** Returns the fields of the form with an action as a browser sends them: inputs, ticked checkboxes, selects and text areas. */
export function fieldsOfForm(html: string, action: string): Record<string, string> {
  const start = html.indexOf(`action="${action}"`);
  const form = html.slice(start, html.indexOf('</form>', start));
  const fields: Record<string, string> = {};
  for (const [tag, name] of form.matchAll(/<input [^>]*?name="([\w.]+)"[^>]*>/g)) {
    const isBox = /type="(radio|checkbox)"/.test(tag);
    if (name === undefined || (isBox && !tag.includes(' checked'))) continue;
    fields[name] = decode(/ value="([^"]*)"/.exec(tag)?.[1] ?? (isBox ? 'on' : ''));
  }
  for (const [, name = '', options = ''] of form.matchAll(/<select [^>]*?name="([\w.]+)"[^>]*>(.*?)<\/select>/gs))
    fields[name] = decode(/<option value="([^"]*)" selected/.exec(options)?.[1] ?? '');
  for (const [, name = '', text = ''] of form.matchAll(/<textarea [^>]*?name="([\w.]+)"[^>]*>(.*?)<\/textarea>/gs))
    fields[name] = decode(text);
  return fields;
}

/** Returns the error that a form shows for a field, or ''. */
export function errorOf(html: string, name: string): string {
  return decode(new RegExp(`id="${name}-error">([^<]*)<`).exec(html)?.[1] ?? '');
}

function decode(text: string): string {
  const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&#34;': '"', '&#39;': "'" };
  return text.replace(/&(amp|lt|gt|#34|#39);/g, (entity) => entities[entity] ?? entity);
}
