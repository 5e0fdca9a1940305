import { effect } from '@preact/signals';
import { render, type VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { path, route } from '../address/address.ts';
import { api } from '../api/api.ts';
import { keepLive } from '../live.ts';
import { AskDialog, question } from '../parts/ask.tsx';
import { asking } from '../parts/work/work.ts';
import { WorkDialog } from '../parts/work/work-dialog.tsx';
import { State } from '../state.ts';
import { Screen, titleOf } from './screen.tsx';
import { Shell } from './shell.tsx';
import { documentTitle } from './shell-model.ts';

/** Runs the console in `root` until the session ends. */
export function runConsole(
  root: HTMLElement,
  { tokenNeeded, onSignedOut }: { tokenNeeded: boolean; onSignedOut(): void },
): void {
  const state = new State();
  const live = keepLive(state);
  const signOut = () => void api.signOut().finally(() => window.dispatchEvent(new Event('signed-out')));
  const untitle = effect(() => {
    void state.changed.value;
    document.title = documentTitle(titleOf(route.value), state.openAlerts());
  });
  window.addEventListener(
    'signed-out',
    () => {
      live.stop();
      untitle();
      asking.value = null;
      question.value = null;
      onSignedOut();
    },
    { once: true },
  );
  render(<Console state={state} onSignOut={tokenNeeded ? signOut : null} />, root);
}

function Console({ state, onSignOut }: { state: State; onSignOut: (() => void) | null }): VNode {
  const main = useRef<HTMLElement>(null);
  const shown = path.value;
  const isFirst = useRef(true);
  useEffect(() => {
    window.scrollTo(0, 0);
    // The keyboard and a screen reader continue from the element that has the focus.
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [shown]);
  return (
    <>
      <Shell state={state} main={main} onSignOut={onSignOut}>
        <Screen key={shown} state={state} />
      </Shell>
      <WorkDialog state={state} />
      <AskDialog />
    </>
  );
}
