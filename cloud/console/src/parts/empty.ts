import { type Child, h } from '../dom.ts';

/** Says that there is nothing to show, why, and what to do. */
export function empty(title: string, ...children: Child[]): HTMLElement {
  return h('div', { class: 'empty' }, h('h2', {}, title), ...children);
}

export function failure(message: string): HTMLElement {
  return h('div', { class: 'notice notice-bad', role: 'alert' }, message);
}
