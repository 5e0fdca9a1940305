import { fill, h, setClass } from '../dom.ts';
import { urgencyLabels } from '../urgency.ts';
import type { Alert, Urgency } from '../wire.ts';
import { urgencyIcon } from './icons.ts';

export interface Badge {
  element: HTMLElement;
  set(urgency: Urgency): void;
}

/** Urgency by colour, shape and word. */
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

export function alertBadge(alert: Alert): HTMLElement {
  if (alert.state === 'open') return badge(alert.prediction.severity).element;
  return h('span', { class: 'badge badge-ok' }, urgencyIcon('ok'), 'Resolved');
}
