import { api } from '../api.ts';
import { fill, h, setClass, setText } from '../dom.ts';
import { duration, time } from '../format.ts';
import { brandMark } from '../parts/icons.ts';
import type { Route } from '../router.ts';
import type { State } from '../state.ts';
import type { Status } from '../wire.ts';

const statusMs = 15_000;

/** What is around every view: navigation, whether data is live, and what is wrong with the cloud itself. */
export function shell(state: State, options: { onSignOut: (() => void) | null }) {
  const alertCount = h('span', { class: 'count' });
  const links = {
    fleet: h('a', { href: '#/' }, 'Fleet'),
    alerts: h('a', { href: '#/alerts' }, 'Alerts', alertCount),
    decisions: h('a', { href: '#/decisions' }, 'Decisions'),
  };
  const pill = h('span', { class: 'pill', role: 'status' });
  const lostText = h('span');
  // Read out once, not every second.
  const lostAge = h('span', { 'aria-hidden': 'true' });
  const lost = h('div', { class: 'notice notice-bad notice-lost', role: 'alert' }, lostText, ' ', lostAge);
  const notices = h('div');
  const main = h('main', { id: 'main', tabindex: -1 });
  const element = h(
    'div',
    { class: 'shell' },
    h('a', { class: 'skip', href: '#main', on: { click: skip } }, 'Skip to content'),
    h(
      'header',
      { class: 'top' },
      h('a', { class: 'brand', href: '#/' }, brandMark(), 'Harbinger'),
      h('nav', { 'aria-label': 'Views' }, links.fleet, links.alerts, links.decisions),
      pill,
      options.onSignOut &&
        h('button', { type: 'button', class: 'quiet-button', on: { click: options.onSignOut } }, 'Sign out'),
    ),
    lost,
    notices,
    main,
  );
  let statusAt = Number.NEGATIVE_INFINITY;

  function skip(event: Event): void {
    // The address after # belongs to the router.
    event.preventDefault();
    main.focus();
  }

  async function refreshStatus(): Promise<void> {
    statusAt = performance.now();
    const status = await api.status().catch(() => null);
    if (status) fill(notices, ...noticesOf(status));
  }

  return {
    element,
    main,
    mark(route: Route): void {
      const active = route.view === 'machine' ? 'fleet' : route.view;
      for (const [name, link] of Object.entries(links)) {
        if (name === active) link.setAttribute('aria-current', 'page');
        else link.removeAttribute('aria-current');
      }
    },
    update(): void {
      const open = state.openAlerts().length;
      setText(alertCount, open === 0 ? '' : String(open));
      alertCount.hidden = open === 0;
      setClass(pill, `pill pill-${state.connection}`);
      setText(pill, { connecting: 'Connecting', live: 'Live', lost: 'Not live' }[state.connection]);
      element.classList.toggle('stale', state.connection === 'lost');
      lost.hidden = state.connection !== 'lost';
      setText(lostText, state.connection === 'lost' ? whatIsLost(state) : '');
      setText(lostAge, state.heardMs === null ? '' : `(${duration(state.silentMs())})`);
      if (performance.now() - statusAt > statusMs && !document.hidden) void refreshStatus();
    },
  };
}

function whatIsLost({ heardMs }: State): string {
  if (heardMs === null) return 'No connection to Harbinger. Trying again…';
  return `Connection lost: what you see is as of ${time(heardMs)}. Trying again…`;
}

function noticesOf(status: Status): HTMLElement[] {
  const notices: HTMLElement[] = [];
  if (!status.ready) {
    const reasons = status.reasons.join('; ') || 'no reason given';
    notices.push(
      h('div', { class: 'notice notice-warning', role: 'status' }, `The cloud is not ready: ${reasons}.`),
    );
  }
  if (status.notificationsDead) {
    notices.push(
      h(
        'div',
        { class: 'notice notice-warning', role: 'status' },
        'Some alerts could not be sent to their receivers. See ',
        h('a', { href: 'api/notifications/dead' }, 'what was not delivered'),
        '.',
      ),
    );
  }
  return notices;
}
