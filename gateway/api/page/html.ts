/** HTML of the page of the site: a machine's name or an alert's reason is always text, whatever it contains. */
const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is HTML already. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | readonly Html[];

/** A template of HTML, into which everything else is put as text. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.map((text, i) => (i === 0 ? text : `${textOf(parts[i - 1]!)}${text}`)).join(''));
}

export const nothing = new Html('');

function textOf(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return String(part).replace(/[&<>"']/g, (character) => escapes[character]!);
}

/** Styles of the page: readable on a phone in the hall, light and dark. */
export const style = `
:root { color-scheme: light dark; --page: #f3f5f7; --card: #fff; --ink: #14202b; --muted: #566472; --line: #dde3e9;
  --critical: #c2182b; --warning: #9a5b00; }
@media (prefers-color-scheme: dark) { :root { --page: #0d141a; --card: #161f28; --ink: #e8eef3; --muted: #9aabb9;
  --line: #26323d; --critical: #ff7380; --warning: #f5b942; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; background: var(--page); color: var(--ink);
  font: 1.05rem/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 1.4rem 0 .5rem; }
p { margin: .2rem 0; } .muted { color: var(--muted); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .6rem; margin: 1rem 0; }
dl div, li { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .6rem .9rem; }
dt { font-size: .85rem; color: var(--muted); } dd { margin: 0; font-size: 1.15rem; font-weight: 600; }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .4rem; }
li { border-left: 6px solid var(--line); } li.critical { border-left-color: var(--critical); }
li.warning { border-left-color: var(--warning); }
.row { display: flex; flex-wrap: wrap; gap: .1rem .8rem; align-items: baseline; } .row b { font-size: 1.1rem; }
.critical .state, .bad { color: var(--critical); } .warning .state { color: var(--warning); }
.state { margin-left: auto; font-weight: 700; }
`;
