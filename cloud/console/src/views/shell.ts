/**
 * The screens of the page (cloud/console/src/views): a folder for each, and here the frame around them and the
 * sign-in. A view is made when its route is entered and disposed of when it is left (../view.ts). Views never import
 * each other.
 */
import { api } from '../api.ts';
import { type Child, fill, h, setClass, setText } from '../dom.ts';
import { brandMark } from '../parts/icons.ts';
import type { Route } from '../router.ts';
import type { State } from '../state.ts';
import { activeLink, type Notice, noticesOf, shellModel } from './shell-model.ts';

const statusMs = 15_000;

/** The frame around every view: navigation, whether data is live, and faults of the cloud itself. */
export function shell(state: State, options: { onSignOut: (() => void) | null }) {
  const alertCount = h('span', { class: 'count' });
  const links = {
    fleet: h('a', { href: '#/' }, 'Fleet'),
    alerts: h('a', { href: '#/alerts' }, 'Alerts', alertCount),
    decisions: h('a', { href: '#/decisions' }, 'Decisions'),
  };
  const pill = h('span', { class: 'pill', role: 'status' });
  const lostText = h('span');
  // Hidden from screen readers, which would read it out every second.
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
  let shownNotices = '';

  function skip(event: Event): void {
    // Following the link would change the address after #, which belongs to the router.
    event.preventDefault();
    main.focus();
  }

  async function refreshStatus(): Promise<void> {
    statusAt = performance.now();
    const status = await api.status().catch(() => null);
    if (!status) return;
    const found = noticesOf(status);
    // Screen readers read out what is inserted: the same notice again would be read out each time.
    const key = JSON.stringify(found);
    if (key !== shownNotices) fill(notices, ...found.map(noticeElement));
    shownNotices = key;
  }

  return {
    element,
    main,
    mark(route: Route): void {
      const active = activeLink(route);
      for (const [name, link] of Object.entries(links)) {
        if (name === active) link.setAttribute('aria-current', 'page');
        else link.removeAttribute('aria-current');
      }
    },
    update(): void {
      const { connection, heardMs } = state;
      const openAlerts = state.openAlerts().length;
      const model = shellModel({ connection, heardMs, silentMs: state.silentMs(), openAlerts });
      setText(alertCount, model.alertCount);
      alertCount.hidden = model.alertCount === '';
      setClass(pill, `pill pill-${connection}`);
      setText(pill, model.pill);
      element.classList.toggle('stale', model.lost !== null);
      lost.hidden = model.lost === null;
      setText(lostText, model.lost?.text ?? '');
      setText(lostAge, model.lost?.age ?? '');
      if (performance.now() - statusAt > statusMs && !document.hidden) void refreshStatus();
    },
  };
}

function noticeElement({ text, link }: Notice): HTMLElement {
  const rest: Child[] = link === null ? [] : [h('a', { href: link.href }, link.text), '.'];
  return h('div', { class: 'notice notice-warning', role: 'status' }, text, ...rest);
}
