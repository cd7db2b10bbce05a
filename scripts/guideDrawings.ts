import { drawingOf, type FilledField, type FilledForm, fillIn, guides } from '../src/federation/guides/guides.ts';

const WIDTH = 460;
const [LEFT, BOX_LEFT, RIGHT] = [16, 44, 16];
const BOX_WIDTH = WIDTH - BOX_LEFT - RIGHT;
const HEADER = 36;
const MAX_TITLE = 60;
const MAX_VALUE = 54;

/** One style for all drawings. It is in the file, because a picture loads no style sheet; dark mode follows the system there too. */
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #1e293b }
  .title { font-weight: 600 }
  .window { fill: #fff; stroke: #cbd5e1 }
  .header { fill: #eef2f6 }
  .line { stroke: #cbd5e1 }
  .box { fill: #fff; stroke: #94a3b8 }
  .value { fill: #0f5c5c; font: 11px ui-monospace, monospace }
  .mark { fill: none; stroke: #0f5c5c; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round }
  .dot { fill: #0f5c5c }
  .number { fill: #fff; font-weight: 600; font-size: 11px; text-anchor: middle }
  @media (prefers-color-scheme: dark) {
    text { fill: #e2e8f0 }
    .window { fill: #1f1f1f; stroke: #555 }
    .header { fill: #303030 }
    .line { stroke: #555 }
    .box { fill: #141414; stroke: #777 }
    .value { fill: #8bd0d0 }
    .mark { stroke: #8bd0d0 }
    .dot { fill: #8bd0d0 }
    .number { fill: #12201f }
  }
`;

/** Names in place of the values of a domain. */
const names = {
  entityId: 'EntityID',
  acsUrl: 'ACS URL',
  acsPattern: '^ACS URL$',
  sloUrl: 'SLO URL',
  metadataUrl: 'Metadata URL',
  homeUrl: 'Address of the intranet',
  host: 'host',
};

/** Returns the drawings of all forms of the guides, as [name of the file, SVG]. */
export function guideDrawings(): [name: string, svg: string][] {
  return guides.flatMap((guide) =>
    fillIn(guide, names).map((form, index): [string, string] => [drawingOf(guide, index), draw(form)]),
  );
}

function draw({ title, alt, fields }: FilledForm): string {
  let y = HEADER + 20;
  const rows = fields.map((field, index) => {
    const row = drawField(field, index + 1, y);
    y += row.height;
    return row.svg;
  });
  const height = y + 4;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>${escaped(alt)}</title>
<style>${STYLE}</style>
<rect class="window" x=".5" y=".5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
<path class="header" d="M1 ${HEADER}V8a7 7 0 0 1 7-7H${WIDTH - 8}a7 7 0 0 1 7 7V${HEADER}z"/>
<path class="line" d="M1 ${HEADER}H${WIDTH - 1}"/>
<text class="title" x="${LEFT}" y="23">${escaped(cut(title, MAX_TITLE))}</text>
${rows.join('\n')}
</svg>
`;
}

function drawField(field: FilledField, number: number, y: number): { svg: string; height: number } {
  const dot = `<circle class="dot" cx="${LEFT + 10}" cy="${y}" r="9"/><text class="number" x="${LEFT + 10}" y="${y + 4}">${number}</text>`;
  const label = (x: number) => `<text x="${x}" y="${y + 4}">${escaped(cut(field.label, MAX_TITLE))}</text>`;
  if (field.kind === 'box')
    return { svg: `${dot}${drawBox(field.text === 'on', y)}${label(BOX_LEFT + 22)}`, height: 32 };
  const control = drawControl(field, y + 14);
  return { svg: `${dot}${label(BOX_LEFT)}${control.svg}`, height: 24 + control.height + 14 };
}

function drawBox(isTicked: boolean, y: number): string {
  const box = `<rect class="box" x="${BOX_LEFT}" y="${y - 7}" width="14" height="14" rx="3"/>`;
  return isTicked ? `${box}<path class="mark" d="M${BOX_LEFT + 3.5} ${y + 0.5}l2.5 2.5 4.5-5"/>` : box;
}

function drawControl({ kind, text }: FilledField, y: number): { svg: string; height: number } {
  const lines = kind === 'code' ? text.split('\n') : kind === 'empty' ? [] : [kind === 'file' ? 'Choose file' : text];
  const height = Math.max(1, lines.length) * 15 + 11;
  const width = kind === 'file' ? 100 : BOX_WIDTH;
  const frame = `<rect class="box" x="${BOX_LEFT}" y="${y}" width="${width}" height="${height}" rx="4"/>`;
  const texts = lines.map(
    (line, index) =>
      `<text class="value" xml:space="preserve" x="${BOX_LEFT + 8}" y="${y + 17 + index * 15}">${escaped(cut(line, MAX_VALUE))}</text>`,
  );
  const chevron = kind === 'choice' ? `<path class="mark" d="M${BOX_LEFT + BOX_WIDTH - 20} ${y + 11}l4 4 4-4"/>` : '';
  return { svg: `${frame}${texts.join('')}${chevron}`, height };
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
