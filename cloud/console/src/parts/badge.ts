/**
 * Pieces that several views show (cloud/console/src/parts): badges, bars, alert cards, decision lists, icons. A piece
 * makes elements from what it is given. It fetches nothing and knows no view.
 */
import { fill, h, setClass } from '../dom.ts';
import { stateLabels } from '../machine-states.ts';
import type { MachineStateName } from '../wire.ts';
import type { AlertModel } from './alert-model.ts';
import { stateIcon } from './icons.ts';

export interface Badge {
  element: HTMLElement;
  /** `label`: the word for the state, if absent. */
  set(state: MachineStateName, label?: string): void;
}

/** Shows a state by colour, shape and word. */
export function badge(state: MachineStateName): Badge {
  const element = h('span');
  let shown = '';
  const set = (next: MachineStateName, label = stateLabels[next]) => {
    if (`${next} ${label}` === shown) return;
    shown = `${next} ${label}`;
    setClass(element, `badge badge-${next}`);
    fill(element, stateIcon(next), label);
  };
  set(state);
  return { element, set };
}

export function alertBadge({ state, ending }: Pick<AlertModel, 'state' | 'ending'>): HTMLElement {
  if (state !== 'resolved') return badge(state).element;
  return h('span', { class: 'badge badge-ok' }, stateIcon('ok'), ending);
}
