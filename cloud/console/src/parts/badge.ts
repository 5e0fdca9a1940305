/**
 * Pieces that several views show (cloud/console/src/parts): badges, bars, alert cards, decision lists, icons. A piece
 * makes elements from what it is given. It fetches nothing and knows no view.
 */
import { fill, h, setClass } from '../dom.ts';
import { urgencyLabels } from '../urgency.ts';
import type { Urgency } from '../wire.ts';
import type { AlertModel } from './alert-model.ts';
import { urgencyIcon } from './icons.ts';

export interface Badge {
  element: HTMLElement;
  set(urgency: Urgency): void;
}

/** Shows an urgency by colour, shape and word. */
export function badge(urgency: Urgency): Badge {
  const element = h('span');
  let shown: Urgency | null = null;
  const set = (next: Urgency) => {
    if (next === shown) return;
    shown = next;
    setClass(element, `badge badge-${next}`);
    fill(element, urgencyIcon(next), urgencyLabels[next]);
  };
  set(urgency);
  return { element, set };
}

export function alertBadge(state: AlertModel['state']): HTMLElement {
  if (state !== 'resolved') return badge(state).element;
  return h('span', { class: 'badge badge-ok' }, urgencyIcon('ok'), 'Resolved');
}
