import { api } from './api/api.ts';
import { beat } from './beat.ts';
import type { State } from './state.ts';
import type { Snapshot } from './wire.ts';

const retryMsMax = 10_000;
/** The server sends something every 15 s: after this long without a message the connection is dead, whatever TCP says. */
const silenceMsMax = 40_000;

/** Beats each second. While nobody sees the page nothing is drawn. */
export function startBeat(): void {
  window.setInterval(() => {
    if (!document.hidden) beat.value++;
  }, 1_000);
}

/**
 * Keeps `state` up to date by server-sent events. After a loss it reconnects by itself, each time after a longer wait,
 * up to 10 s. It does not leave this to the browser, which stops reconnecting after an error answer and cannot tell
 * that the session has ended.
 */
export function keepLive(state: State): { stop(): void } {
  let source: EventSource | null = null;
  let retry = 0;
  let attempt = 0;
  let isStopped = false;

  const open = () => {
    source = new EventSource('api/stream');
    source.addEventListener('snapshot', (event) => {
      attempt = 0;
      state.snapshot(parse(event));
    });
    source.addEventListener('change', (event) => state.change(parse(event)));
    source.addEventListener('tick', (event) => state.heard(parse(event).atMs));
    source.addEventListener('error', reopen);
  };
  const reopen = () => {
    source?.close();
    state.setConnection('lost');
    window.clearTimeout(retry);
    retry = window.setTimeout(openIfSignedIn, Math.min(retryMsMax, 1_000 * 2 ** attempt++));
  };
  const openIfSignedIn = async () => {
    const session = await api.session().catch(() => null);
    if (isStopped) return;
    if (session === null) reopen();
    else if (session.signedIn) open();
    else window.dispatchEvent(new Event('signed-out'));
  };

  const watchdog = window.setInterval(() => {
    if (state.connection === 'live' && state.silentMs() > silenceMsMax) reopen();
  }, 5_000);
  open();
  return {
    stop() {
      isStopped = true;
      window.clearInterval(watchdog);
      window.clearTimeout(retry);
      source?.close();
    },
  };
}

function parse(event: Event): Snapshot {
  return JSON.parse((event as MessageEvent<string>).data) as Snapshot;
}
