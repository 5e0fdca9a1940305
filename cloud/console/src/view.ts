import type { State } from './state.ts';

/** One screen. Made when its route is entered, told to update on every change and every second, removed on leaving. */
export interface View {
  readonly title: string;
  readonly element: HTMLElement;
  update(): void;
  dispose(): void;
}

export interface ViewContext {
  state: State;
}
