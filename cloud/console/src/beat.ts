/** A beat each second, by which ages are drawn anew; live.ts starts it. */
import { signal } from '@preact/signals';
import type { State } from './state.ts';

export const beat = signal(0);

/** Has what calls it drawn anew with each change of the plant, and each second. Returns the server's time. */
export function follow(state: State): number {
  void state.changed.value;
  void beat.value;
  return state.nowMs();
}
