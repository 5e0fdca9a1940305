import type { State } from './state.ts';

/** One screen. It is made when its route is entered, updated on every change and every second, and disposed of when left. */
export interface View {
  readonly title: string;
  readonly element: HTMLElement;
  update(): void;
  dispose(): void;
}

export interface ViewContext {
  state: State;
}
