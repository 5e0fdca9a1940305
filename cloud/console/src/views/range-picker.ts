import { h } from '../dom.ts';

const spans = [
  { label: '15 min', ms: 15 * 60_000 },
  { label: '1 h', ms: 3_600_000 },
  { label: '6 h', ms: 6 * 3_600_000 },
  { label: '24 h', ms: 86_400_000 },
  { label: '7 d', ms: 7 * 86_400_000 },
  { label: '30 d', ms: 30 * 86_400_000 },
];

/** How far back the charts go. The choice stays for the next machine. */
let chosenMs = 15 * 60_000;

export function rangePicker(onChange: () => void) {
  const buttons = spans.map(({ label, ms }) => {
    const button = h('button', { type: 'button', on: { click: () => choose(ms) } }, label);
    return { ms, button };
  });
  const mark = () => {
    for (const { ms, button } of buttons) button.setAttribute('aria-pressed', String(ms === chosenMs));
  };
  const choose = (ms: number) => {
    chosenMs = ms;
    mark();
    onChange();
  };
  mark();
  return {
    element: h(
      'div',
      { class: 'segments', role: 'group', 'aria-label': 'Time range' },
      ...buttons.map((b) => b.button),
    ),
    spanMs: () => chosenMs,
  };
}
