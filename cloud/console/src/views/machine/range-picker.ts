import { h } from '../../dom.ts';
import { spans } from './charts-model.ts';

/** The choice is kept when another machine is opened. */
let chosenMs: number = spans[0].ms;

/** Buttons that choose how far back the charts go. */
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
