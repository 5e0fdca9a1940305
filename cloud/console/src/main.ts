/**
 * The page (cloud/console/src): its entry, state, router and client of the API. Screens are in views/, the pieces that
 * several of them show in parts/, charts in charts/. Files named *-model.ts decide and do not touch the browser, so
 * that they are tested without one; the others draw. Of the server's code only types are imported.
 */
import './styles/base.css';
import './styles/marks.css';
import './styles/bars.css';
import './styles/controls.css';
import './styles/alerts.css';
import './styles/fleet.css';
import './styles/machine.css';
import './styles/decisions.css';
import './styles/login.css';
import { api } from './api.ts';
import { fill } from './dom.ts';
import { keepLive } from './live.ts';
import { parseRoute, type Route } from './router.ts';
import { State } from './state.ts';
import type { View } from './view.ts';
import { alertsView } from './views/alerts/alerts.ts';
import { decisionsView } from './views/decisions/decisions.ts';
import { fleetView } from './views/fleet/fleet.ts';
import { loginView } from './views/login.ts';
import { machineView } from './views/machine/machine.ts';
import { shell } from './views/shell.ts';
import { documentTitle } from './views/shell-model.ts';

const app = document.getElementById('app')!;

function viewOf(route: Route, state: State): View {
  if (route.view === 'machine') return machineView({ state }, route);
  if (route.view === 'alerts') return alertsView({ state });
  if (route.view === 'decisions') return decisionsView(route.subject);
  return fleetView({ state });
}

/** Runs the console until the session ends. */
function runConsole(tokenNeeded: boolean): void {
  const state = new State();
  const signOut = () => void api.signOut().finally(() => window.dispatchEvent(new Event('signed-out')));
  const frame = shell(state, { onSignOut: tokenNeeded ? signOut : null });
  let view: View | null = null;

  const update = () => {
    frame.update();
    view?.update();
    document.title = documentTitle(view?.title ?? '', state.openAlerts());
  };
  const moved = () => {
    show();
    // The keyboard and a screen reader continue from the element that has the focus.
    frame.main.focus({ preventScroll: true });
  };
  const show = () => {
    const route = parseRoute(location.hash);
    view?.dispose();
    view = viewOf(route, state);
    fill(frame.main, view.element);
    frame.mark(route);
    window.scrollTo(0, 0);
    update();
  };
  const live = keepLive(state);
  const unsubscribe = state.subscribe(update);
  const ticker = window.setInterval(update, 1_000);
  window.addEventListener('hashchange', moved);
  window.addEventListener(
    'signed-out',
    () => {
      live.stop();
      unsubscribe();
      window.clearInterval(ticker);
      window.removeEventListener('hashchange', moved);
      view?.dispose();
      askToken();
    },
    { once: true },
  );
  fill(app, frame.element);
  show();
}

function askToken(): void {
  document.title = 'Harbinger';
  fill(
    app,
    loginView(() => runConsole(true)),
  );
  app.querySelector('input')?.focus();
}

async function start(): Promise<void> {
  try {
    const { tokenNeeded, signedIn } = await api.session();
    if (signedIn) runConsole(tokenNeeded);
    else if (tokenNeeded) askToken();
    else
      fill(app, 'Without a token Harbinger answers only this computer: open http://localhost with its port.');
  } catch {
    // The server does not answer yet: the console says so and retries.
    runConsole(false);
  }
}

void start();
